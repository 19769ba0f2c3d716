using GpuOps.Errors;
using GpuOps.Files;
using GpuOps.Pools.Rules;
using Microsoft.Data.Sqlite;

namespace GpuOps.Pools.Sqlite;

/// <summary>A pool in a SQLite file: one host's GPUs, shared by its processes, without a server.</summary>
public sealed partial class SqliteGpuPool : IGpuPool
{
    private const int SqliteBusy = 5;

    private readonly SqlitePoolOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<string> _rung = [];
    private readonly WriterLine _line;
    private SqliteLedgerStore? _store;
    private FileIdentity? _file;

    /// <summary>Names the file; nothing is opened before the first use.</summary>
    /// <param name="options">The file and how to use it.</param>
    public SqliteGpuPool(SqlitePoolOptions options) => (_options, _line) = (options, new WriterLine(options.Path));

    /// <inheritdoc/>
    public string Description => _options.Path;

    /// <inheritdoc/>
    public async Task<PoolInitialization> InitializeAsync(PoolLayout layout, bool force, bool dryRun, CancellationToken cancellationToken) =>
        await (dryRun
            ? InTransactionAsync(store => Ledgers(store, layout.Host, store.ReadCounters()).Single().Initialize(layout, force, dryRun), Access.Read, cancellationToken)
            : StepAsync(layout.Host, ledger => ledger.Initialize(layout, force, dryRun), cancellationToken, create: true))
            ?? new PoolInitialization([.. layout.Gpus.Select(gpu => gpu.Id)], [], [], []);

    /// <inheritdoc/>
    public async Task<PoolSnapshot> ReadAsync(string? host, CancellationToken cancellationToken) =>
        await InTransactionAsync(store =>
        {
            var counters = store.ReadCounters();
            var ledgers = Ledgers(store, host, counters);
            return new PoolSnapshot(
                [.. ledgers.SelectMany(ledger => ledger.Gpus.Select(ledger.ToPoolGpu))],
                [.. ledgers.SelectMany(ledger => ledger.Grants.OrderBy(claim => claim.Fence).Select(ledger.ToReservation))],
                [.. ledgers.SelectMany(ledger => ledger.Line.Select((claim, index) => ledger.ToQueueEntry(claim, index + 1)))]);
        }, Access.Read, cancellationToken) ?? PoolSnapshot.Empty;

    /// <inheritdoc/>
    public async Task<ReservationDecision> RequestAsync(ReservationRequest request, CancellationToken cancellationToken)
    {
        RequestRules.Check(request);
        return await StepAsync(request.Host, ledger => ledger.Request(request), cancellationToken) ?? NotInitialized();
    }

    /// <inheritdoc/>
    public async Task<ReservationDecision> CheckAsync(string host, string id, GpuObservation? observation, CancellationToken cancellationToken) =>
        await StepAsync(host, ledger => ledger.Check(id, observation), cancellationToken) ?? Unknown();

    /// <inheritdoc/>
    public async Task<ReservationDecision> DeclineAsync(GpuReservation reservation, GpuObservation observation, CancellationToken cancellationToken) =>
        await StepAsync(reservation.ComputerName, ledger => ledger.Decline(reservation.Id, reservation.FencingNumber, observation), cancellationToken) ?? Unknown();

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string host, string id, CancellationToken cancellationToken) =>
        StepAsync(host, ledger => ledger.Release(id), cancellationToken);

    /// <inheritdoc/>
    public async Task<HeartbeatResult> BeatAsync(IReadOnlyList<(string Host, string Id)> claims, CancellationToken cancellationToken) =>
        new(await InTransactionAsync<IReadOnlyList<string>>(
            store => [.. EachHost(store, claims.GroupBy(claim => claim.Host), (ledger, own) => ledger.Beat(own.Select(claim => claim.Id))).SelectMany(lost => lost)],
            Access.Write, cancellationToken) ?? (_file is null ? [.. claims.Select(claim => claim.Id)] : throw Missing()));

    /// <inheritdoc/>
    public Task<int> ReclaimAsync(IReadOnlyList<Claim> dead, CancellationToken cancellationToken) =>
        InTransactionAsync(
            store => EachHost(store, dead.GroupBy(claim => claim.Host), (ledger, own) => ledger.Reclaim(own)).Sum(),
            Access.Write, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<int>> SetServiceAsync(string host, IReadOnlyList<int> ids, string? reason, string by, CancellationToken cancellationToken) =>
        await StepAsync(host, ledger => ledger.SetService(ids, reason, by), cancellationToken) ?? ids;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UsageRecord>> ReadUsageAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        await InTransactionAsync<IReadOnlyList<UsageRecord>>(store =>
        {
            var counters = store.ReadCounters();
            var ledgers = Ledgers(store, null, counters);
            var records = store.ReadUsage(since.ToUnixTimeMilliseconds() + counters.Offset, counters);
            // What has expired is not written as finished before the next step; it is counted all the same.
            records.AddRange(ledgers.SelectMany(ledger => ledger.Changes.Ended
                .SelectMany(ended => Used(ledger, ended.Claim, ledger.ToWallClock(ended.End)))).Where(record => record.End >= since));
            records.AddRange(ledgers.SelectMany(ledger => ledger.Grants.SelectMany(claim => Used(ledger, claim, null))));
            return records;
        }, Access.Read, cancellationToken) ?? [];

    /// <inheritdoc/>
    public Task<IWaitSignal> ListenAsync(string host, string id, CancellationToken cancellationToken) =>
        Task.FromResult(LocalBell.Listen(_options.Path, id, _options.Time));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        Close();
        _turn.Release();
    }

    private enum Access
    {
        Read,
        Write,
        Create,
    }

    private static IEnumerable<UsageRecord> Used(HostLedger ledger, LedgerClaim claim, DateTimeOffset? end) =>
        claim.Held.Select(held => new UsageRecord
        {
            ReservationId = claim.Id,
            Host = ledger.Host,
            GpuId = held.Gpu,
            User = claim.Request.User,
            Kind = claim.Request.Kind,
            Share = held.Units / (decimal)HostLedger.WholeGpu,
            Start = ledger.ToWallClock(claim.Granted),
            End = end,
        });

    private static ReservationDecision NotInitialized() =>
        new() { Outcome = ReservationOutcome.Refused, Reason = RefusalReason.NotInitialized };

    /// <summary>A file that is away for a moment, unmounted or being restored, says nothing of what it held.</summary>
    private GpuOpsException Missing() => new("StoreUnreachable", GpuOpsErrorKind.Unreachable,
        $"The pool's store '{_options.Path}' is not there any more.", _options.Path);

    private static ReservationDecision Unknown() => new() { Outcome = ReservationOutcome.Unknown };

    private IReadOnlyList<HostLedger> Ledgers(SqliteLedgerStore store, string? host, PoolCounters counters)
    {
        var now = counters.Advance(HostClock.Read(_options.Time));
        var ledgers = host is null ? store.ReadAll(now, counters) : [store.Read(host, now, counters)];
        foreach (var ledger in ledgers)
        {
            ledger.Sweep();
        }

        return ledgers;
    }

    private Task<T?> StepAsync<T>(string host, Func<HostLedger, T> change, CancellationToken cancellationToken, bool create = false) =>
        InTransactionAsync(store => EachHost(store, [host], change).Single(), create ? Access.Create : Access.Write, cancellationToken);

    private List<T> EachHost<T>(SqliteLedgerStore store, IEnumerable<string> hosts, Func<HostLedger, T> change) =>
        EachHost(store, hosts.GroupBy(host => host), (ledger, _) => change(ledger));

    /// <summary>One step of the rules on each host: clock, sweep, change (which ends with schedule), write.</summary>
    private List<T> EachHost<TItem, T>(SqliteLedgerStore store, IEnumerable<IGrouping<string, TItem>> hosts, Func<HostLedger, IEnumerable<TItem>, T> change)
    {
        IGrouping<string, TItem>[] parts = [.. hosts];
        if (parts.Length == 0)
        {
            // No step: the clock that is kept in memory may only move together with the one in the file.
            return [];
        }

        var counters = store.StepCounters();
        var now = counters.Advance(HostClock.Read(_options.Time));
        List<T> answers = [];
        foreach (var host in parts)
        {
            var ledger = store.Step(host.Key, now);
            ledger.Sweep();
            answers.Add(change(ledger, host));
            store.Save(ledger, _options.Retention);
            _rung.AddRange(ledger.Changes.Rung);
        }

        store.WriteCounters(counters);
        return answers;
    }

    private async Task<T?> InTransactionAsync<T>(Func<SqliteLedgerStore, T> work, Access access, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        string[] rung;
        T result;
        try
        {
            if (Open(access == Access.Create) is not { } store)
            {
                return default;
            }

            _rung.Clear();
            result = access == Access.Read
                ? Transact(store, work, access, cancellationToken)
                : _line.Run(() => Transact(store, work, access, cancellationToken), _options.BusyTimeout, cancellationToken);
            rung = [.. _rung];
        }
        catch (TimeoutException fault)
        {
            throw SqliteFault.Occupied(_options.Path, fault);
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Explain(fault, _options.Path);
        }
        catch (Exception fault) when (fault is FormatException or InvalidCastException or OverflowException)
        {
            throw SqliteFault.Damaged(_options.Path, fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("StoreUnreachable", GpuOpsErrorKind.Unreachable,
                $"The pool's store '{_options.Path}' cannot be reached or made: {fault.Message}", _options.Path, fault);
        }
        finally
        {
            _turn.Release();
        }

        foreach (var id in rung)
        {
            LocalBell.Ring(_options.Path, id);
        }

        return result;
    }

    private T Transact<T>(SqliteLedgerStore store, Func<SqliteLedgerStore, T> work, Access access, CancellationToken cancellationToken)
    {
        Begin(store, access, cancellationToken);
        try
        {
            var result = work(store);
            store.Commit();
            return result;
        }
        catch
        {
            Abandon(store);
            throw;
        }
    }

    private SqliteLedgerStore? Open(bool create)
    {
        if (_store is not null && FileIdentity.Of(_options.Path) != _file)
        {
            Close();
        }

        if (_store is null && SqliteConnectionFactory.Open(_options.Path, create) is { } connection)
        {
            _store = new SqliteLedgerStore(connection);
            _file = FileIdentity.Of(_options.Path);
        }

        return _store;
    }

    private void Close()
    {
        _store?.Dispose();
        _store = null;
        _line.Dispose();
    }

    /// <summary>Waits for the write lock in slices, so that the wait can be cancelled.</summary>
    private void Begin(SqliteLedgerStore store, Access access, CancellationToken cancellationToken)
    {
        var start = _options.Time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                store.Begin(write: access != Access.Read);
                return;
            }
            catch (SqliteException fault) when (fault.SqliteErrorCode == SqliteBusy && _options.Time.GetElapsedTime(start) < _options.BusyTimeout)
            {
                // Another process writes without having stood in line; try again.
            }
        }
    }

    private static void Abandon(SqliteLedgerStore store)
    {
        try
        {
            store.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back already, as it does after a full disk.
        }
    }
}

using System.Globalization;
using GpuOps.Pools.Rules;
using Microsoft.Data.Sqlite;

namespace GpuOps.Pools.Sqlite;

/// <summary>Loads a host's ledger from an open connection and writes back what a step changed.</summary>
/// <remarks>
/// What a step leaves in memory is what it wrote. It is kept for the next one, and read again only when somebody else
/// has written in between.
/// </remarks>
internal sealed class SqliteLedgerStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _beginWrite, _beginRead, _commit, _rollback, _version, _writeCounters, _writeGpu, _removeGpu,
        _writeUse, _forgetUse, _writeLastUse, _forgetLastUse, _writeClaim, _updateClaim, _removeClaim, _addUsage, _trimUsage;

    private readonly SqliteLedgerReader _reader;
    private readonly Dictionary<string, HostLedger> _kept = [];
    private PoolCounters? _counters;
    private long _keptVersion;

    public SqliteLedgerStore(SqliteConnection connection)
    {
        _connection = connection;
        _reader = new SqliteLedgerReader(Prepare, connection.DataSource);
        _beginWrite = Prepare("BEGIN IMMEDIATE");
        _beginRead = Prepare("BEGIN");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        // Changes when another connection has committed, and only then: sqlite.org/pragma.html#pragma_data_version.
        _version = Prepare("PRAGMA data_version");
        _writeCounters = Prepare("UPDATE state SET fence = ?1, place = ?2, clock = ?3, offset = ?4, boot = ?5, ticks = ?6 WHERE kind = 0 AND host = '' AND id = '' AND gpu = 0");
        _writeGpu = Prepare(
            "REPLACE INTO gpus (host, id, device, uuid, model, memory, provider, disabled_reason, disabled_by, disabled_since) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        _removeGpu = Prepare("DELETE FROM gpus WHERE host = ?1 AND id = ?2");
        _writeUse = Prepare("REPLACE INTO state (kind, host, id, gpu, returned, in_use_by, in_use_seen) VALUES (2, ?1, '', ?2, ?3, ?4, ?5)");
        _forgetUse = Prepare("DELETE FROM state WHERE kind = 2 AND host = ?1 AND id = '' AND gpu = ?2");
        _writeLastUse = Prepare("REPLACE INTO state (kind, host, id, gpu, returned) VALUES (3, ?1, ?2, ?3, ?4)");
        _forgetLastUse = Prepare("DELETE FROM state WHERE kind = 3 AND host = ?1 AND gpu = ?2");
        _writeClaim = Prepare(
            $"REPLACE INTO state (kind, gpu, host, id, {SqliteLedgerReader.ClaimColumns}) VALUES (1, 0, ?1, ?2, "
            + "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)");
        _updateClaim = Prepare(
            "UPDATE state SET heartbeat = ?3, fence = ?4, granted = ?5, expires = ?6, held = ?7, fixed = ?8 WHERE kind = 1 AND host = ?1 AND id = ?2 AND gpu = 0");
        _removeClaim = Prepare("DELETE FROM state WHERE kind = 1 AND host = ?1 AND id = ?2 AND gpu = 0");
        _addUsage = Prepare(
            "INSERT INTO usage (ended, fence, gpu, host, reservation, user, kind, units, started) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        _trimUsage = Prepare("DELETE FROM usage WHERE ended < ?1");
    }

    /// <summary>Begins a transaction: an immediate one to write, else one that only reads.</summary>
    public void Begin(bool write) => (write ? _beginWrite : _beginRead).Run();

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        Forget();
        _rollback.Run();
    }

    /// <summary>The pool's counters, for reading only.</summary>
    public PoolCounters ReadCounters() => _reader.ReadCounters();

    /// <summary>The pool's counters for a step, which has to write them.</summary>
    public PoolCounters StepCounters()
    {
        if (CurrentVersion() is var version && version != _keptVersion)
        {
            Forget();
            _keptVersion = version;
        }

        return _counters ??= _reader.ReadCounters();
    }

    public void WriteCounters(PoolCounters counters) => 
        _writeCounters.Run(counters.Fence, counters.Place, counters.Clock, counters.Offset, counters.Boot, counters.Ticks);

    /// <summary>One host, for reading only.</summary>
    public HostLedger Read(string host, long now, PoolCounters counters) => _reader.Read(host, now, counters);

    /// <summary>Every host, for reading only.</summary>
    public IReadOnlyList<HostLedger> ReadAll(long now, PoolCounters counters) => _reader.ReadAll(now, counters);

    /// <summary>Reads finished use that ended at or after a moment of the pool's time.</summary>
    public List<UsageRecord> ReadUsage(long since, PoolCounters counters) => _reader.ReadUsage(since, counters);

    /// <summary>One host for a step, which has to save it; to be called after <see cref="StepCounters"/>.</summary>
    public HostLedger Step(string host, long now)
    {
        if (_kept.TryGetValue(host, out var kept))
        {
            kept.Continue(now);
            return kept;
        }

        return _kept[host] = _reader.Read(host, now, _counters!);
    }

    public void Save(HostLedger ledger, TimeSpan retention)
    {
        var changes = ledger.Changes;
        foreach (var gpu in changes.Gpus)
        {
            WriteGpu(ledger.Host, gpu);
        }

        foreach (var gpu in changes.Use)
        {
            _writeUse.Run(ledger.Host, gpu.Id, gpu.Returned, gpu.InUseBy, gpu.InUseSeen);
        }

        foreach (var claim in changes.Removed)
        {
            _removeClaim.Run(ledger.Host, claim.Id);
        }

        foreach (var claim in changes.Added)
        {
            WriteClaim(ledger.Host, claim);
        }

        foreach (var claim in changes.Updated)
        {
            _updateClaim.Run(ledger.Host, claim.Id, claim.Heartbeat, claim.Fence, claim.Granted, claim.Expires, HeldText.Format(claim.Held), claim.IsFixed ? 1 : 0);
        }

        foreach (var (user, gpu, returned) in changes.LastUse)
        {
            _writeLastUse.Run(ledger.Host, user, gpu, returned);
        }

        foreach (var id in ledger.RemovedGpus)
        {
            // Another GPU may come under this number, of which nothing is known.
            _removeGpu.Run(ledger.Host, id);
            _forgetUse.Run(ledger.Host, id);
            _forgetLastUse.Run(ledger.Host, id);
        }

        SaveUsage(ledger, retention);
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private void Forget()
    {
        _kept.Clear();
        _counters = null;
    }

    private long CurrentVersion()
    {
        using var row = _version.Read();
        return row.Read() ? row.Number(0) : throw SqliteFault.Damaged(_connection.DataSource);
    }

    private void SaveUsage(HostLedger ledger, TimeSpan retention)
    {
        foreach (var (claim, end) in ledger.Changes.Ended)
        {
            foreach (var (gpu, units) in claim.Held)
            {
                _addUsage.Run(end, claim.Fence, gpu, ledger.Host, claim.Id, claim.Request.User, (int)claim.Request.Kind, units, claim.Granted);
            }
        }

        if (ledger.Changes.Ended.Count > 0)
        {
            _trimUsage.Run(ledger.Now - (long)retention.TotalMilliseconds);
        }
    }

    private void WriteGpu(string host, LedgerGpu gpu)
    {
        var it = gpu.Description;
        _writeGpu.Run(host, gpu.Id, it.Device, it.Uuid, it.Model, it.MemoryTotal, (int)it.Provider, gpu.DisabledReason, gpu.DisabledBy, gpu.DisabledSince);
    }

    private void WriteClaim(string host, LedgerClaim claim)
    {
        var it = claim.Request;
        _writeClaim.Run(host, claim.Id, claim.Place, it.User, it.ActualUser, (int)it.Kind, it.Note,
            (long?)it.Duration?.TotalMilliseconds, (long)it.Lease.TotalMilliseconds, it.Force ? 1 : 0, it.Wait ? 1 : 0,
            it.Demand.Count, it.Demand.Ids is { } ids ? string.Join(',', ids) : null,
            it.Demand.Share?.ToString(CultureInfo.InvariantCulture), it.Demand.Memory,
            it.Holder?.Machine, it.Holder?.ProcessId ?? 0, it.Holder?.StartTime ?? 0,
            claim.Since, claim.Heartbeat, claim.Fence, claim.Granted, claim.Expires, HeldText.Format(claim.Held), claim.IsFixed ? 1 : 0);
    }

    private SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }
}

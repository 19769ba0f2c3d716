using System.Globalization;
using GpuOps.Pools.Rules;

namespace GpuOps.Pools.Sqlite;

/// <summary>Reads what the store holds.</summary>
internal sealed class SqliteLedgerReader
{
    /// <summary>What is kept of a claim, after its host and id.</summary>
    public const string ClaimColumns =
        "place, user, actual_user, claim_kind, note, duration, lease, force, wait, count, ids, share, memory, "
        + "machine, process, started, since, heartbeat, fence, granted, expires, held, fixed";

    private const string Claims = $"SELECT host, id, {ClaimColumns} FROM state WHERE kind = 1";

    private const string Gpus =
        "SELECT host, id, device, uuid, model, memory, provider, disabled_reason, disabled_by, disabled_since FROM gpus";

    private const string Use = "SELECT host, gpu, returned, in_use_by, in_use_seen FROM state WHERE kind = 2";

    private readonly string _path;
    private readonly SqliteStatement _counters, _gpus, _allGpus, _use, _allUse, _claims, _allClaims, _lastUse, _usage;

    /// <summary>Prepares to read.</summary>
    /// <param name="prepare">Makes a statement.</param>
    /// <param name="path">The file, for errors.</param>
    public SqliteLedgerReader(Func<string, SqliteStatement> prepare, string path)
    {
        _path = path;
        _counters = prepare("SELECT fence, place, clock, offset, boot, ticks FROM state WHERE kind = 0 AND host = '' AND id = '' AND gpu = 0");
        _gpus = prepare($"{Gpus} WHERE host = ?1 ORDER BY id");
        _allGpus = prepare($"{Gpus} ORDER BY host, id");
        _use = prepare($"{Use} AND host = ?1");
        _allUse = prepare(Use);
        _claims = prepare($"{Claims} AND host = ?1");
        _allClaims = prepare($"{Claims} ORDER BY host");
        _lastUse = prepare("SELECT gpu, returned FROM state WHERE kind = 3 AND host = ?1 AND id = ?2");
        _usage = prepare("SELECT reservation, host, gpu, user, kind, units, started, ended FROM usage WHERE ended >= ?1 ORDER BY ended");
    }

    public PoolCounters ReadCounters()
    {
        using var row = _counters.Read();
        return row.Read()
            ? new PoolCounters { Fence = row.Number(0), Place = row.Number(1), Clock = row.Number(2), Offset = row.Number(3), Boot = row.Text(4), Ticks = row.Number(5) }
            : throw SqliteFault.Damaged(_path);
    }

    /// <summary>Reads one host.</summary>
    public HostLedger Read(string host, long now, PoolCounters counters)
    {
        var gpus = ReadGpus(_gpus.Read(host));
        AddUse(_use.Read(host), gpus.ToDictionary(gpu => (host, gpu.Id)));
        return new HostLedger(host, now, counters, gpus, ReadClaims(_claims.Read(host)), user => ReadLastUse(host, user));
    }

    /// <summary>Reads every host.</summary>
    public IReadOnlyList<HostLedger> ReadAll(long now, PoolCounters counters)
    {
        var gpus = ReadGpus(_allGpus.Read());
        AddUse(_allUse.Read(), gpus.ToDictionary(gpu => (gpu.Description.Host, gpu.Id)));
        var claims = ReadClaims(_allClaims.Read()).ToLookup(claim => claim.Request.Host);
        return [.. gpus
            .GroupBy(gpu => gpu.Description.Host)
            .Select(own => new HostLedger(own.Key, now, counters, own, claims[own.Key], user => ReadLastUse(own.Key, user)))];
    }

    /// <summary>Reads finished use that ended at or after a moment of the pool's time.</summary>
    public List<UsageRecord> ReadUsage(long since, PoolCounters counters)
    {
        List<UsageRecord> records = [];
        using var row = _usage.Read(since);
        while (row.Read())
        {
            records.Add(new UsageRecord
            {
                ReservationId = row.Text(0),
                Host = row.Text(1),
                GpuId = row.SmallNumber(2),
                User = row.Text(3),
                Kind = (ReservationKind)row.SmallNumber(4),
                Share = row.SmallNumber(5) / (decimal)HostLedger.WholeGpu,
                Start = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(6) - counters.Offset),
                End = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(7) - counters.Offset),
            });
        }

        return records;
    }

    private static List<LedgerGpu> ReadGpus(SqliteRows rows)
    {
        using var row = rows;
        List<LedgerGpu> gpus = [];
        while (row.Read())
        {
            gpus.Add(new LedgerGpu
            {
                Description = new PoolGpu
                {
                    Host = row.Text(0),
                    Id = row.SmallNumber(1),
                    Device = row.Text(2),
                    Uuid = row.Text(3),
                    Model = row.Text(4),
                    MemoryTotal = row.Number(5),
                    Provider = (GpuProvider)row.SmallNumber(6),
                },
                DisabledReason = row.TextOrNull(7),
                DisabledBy = row.TextOrNull(8),
                DisabledSince = row.Number(9),
            });
        }

        return gpus;
    }

    private static void AddUse(SqliteRows rows, Dictionary<(string Host, int Id), LedgerGpu> gpus)
    {
        using var row = rows;
        while (row.Read())
        {
            if (gpus.TryGetValue((row.Text(0), row.SmallNumber(1)), out var gpu))
            {
                (gpu.Returned, gpu.InUseBy, gpu.InUseSeen) = (row.Number(2), row.TextOrNull(3), row.Number(4));
            }
        }
    }

    private static List<LedgerClaim> ReadClaims(SqliteRows rows)
    {
        using var row = rows;
        List<LedgerClaim> claims = [];
        while (row.Read())
        {
            claims.Add(new LedgerClaim
            {
                Request = ReadRequest(row),
                Place = row.Number(2),
                Since = row.Number(18),
                Heartbeat = row.Number(19),
                Fence = row.Number(20),
                Granted = row.Number(21),
                Expires = row.Number(22),
                Held = HeldText.Parse(row.Text(23)),
                IsFixed = row.Number(24) != 0,
            });
        }

        return claims;
    }

    private static ReservationRequest ReadRequest(SqliteRows row) => new()
    {
        Host = row.Text(0),
        Id = row.Text(1),
        User = row.Text(3),
        ActualUser = row.Text(4),
        Kind = (ReservationKind)row.SmallNumber(5),
        Note = row.Text(6),
        Duration = row.IsNull(7) ? null : TimeSpan.FromMilliseconds(row.Number(7)),
        Lease = TimeSpan.FromMilliseconds(row.Number(8)),
        Force = row.Number(9) != 0,
        Wait = row.Number(10) != 0,
        Demand = new GpuDemand(
            row.IsNull(11) ? null : row.SmallNumber(11),
            row.TextOrNull(12) is { } ids ? [.. ids.Split(',').Select(id => int.Parse(id, CultureInfo.InvariantCulture))] : null,
            row.TextOrNull(13) is { } share ? decimal.Parse(share, CultureInfo.InvariantCulture) : null,
            row.IsNull(14) ? null : row.Number(14)),
        Holder = row.TextOrNull(15) is { } machine ? new ProcessIdentity(machine, row.SmallNumber(16), row.Number(17)) : null,
    };

    private Dictionary<int, long> ReadLastUse(string host, string user)
    {
        Dictionary<int, long> lastUse = [];
        using var row = _lastUse.Read(host, user);
        while (row.Read())
        {
            lastUse[row.SmallNumber(0)] = row.Number(1);
        }

        return lastUse;
    }
}

using System.Globalization;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>Reads one host's part of what <c>read.lua</c> answers.</summary>
internal sealed class RedisSnapshotReader(long now, long offset, string backend, StoredGpus known)
{
    public List<PoolGpu> Gpus { get; } = [];

    public List<GpuReservation> Reservations { get; } = [];

    public List<GpuQueueEntry> Queue { get; } = [];

    public void Add(RedisResult part)
    {
        var host = (string)part[0]!;
        var what = ReadGpus((RedisResult[])part[1]!);
        var replies = new RedisReplies(host, backend, known);
        var held = new HashSet<int>();
        var position = 0;
        var stored = Pairs(part[4]).Select(claim => StoredClaim.Read(claim.Key, claim.Value)).ToList();
        // Expired claims that nobody has swept yet are left out, and so is what was seen on their GPUs.
        held.UnionWith(stored.Where(claim => claim.IsHeld).SelectMany(claim => claim.Gpus));
        var claims = stored.Where(claim => claim.Due > now).ToList();
        foreach (var claim in claims.Where(claim => claim.IsHeld).OrderBy(claim => claim.Fence))
        {
            Reservations.Add(replies.Reservation(claim, Array.ConvertAll(claim.Gpus, gpu => what[gpu]), offset));
        }
        foreach (var claim in claims.Where(claim => !claim.IsHeld).OrderBy(claim => claim.Place))
            Queue.Add(Waiting(host, claim, ++position));
        AddGpus(host, what, part[2], UsersSeen((RedisResult[])part[3]!), held);
    }

    private SortedDictionary<int, StoredGpu> ReadGpus(RedisResult[] fields)
    {
        var gpus = new SortedDictionary<int, StoredGpu>();
        for (var n = 0; n < fields.Length; n += 2)
            gpus.Add((int)fields[n], known.Read(fields[n + 1]));
        return gpus;
    }

    private GpuQueueEntry Waiting(string host, StoredClaim claim, int position) => new()
    {
        Id = claim.Id,
        Position = position,
        ComputerName = host,
        User = claim.Request.User,
        ActualUser = claim.Request.ActualUser,
        Demand = claim.Request.Demand,
        Kind = claim.Request.Kind,
        Note = claim.Request.Note,
        Since = RedisReplies.Shown(claim.Since, offset).LocalDateTime,
        LastHeartbeat = RedisReplies.Shown(claim.Last, offset).LocalDateTime,
        Holder = claim.Holder,
        Backend = backend,
    };

    private void AddGpus(
        string host,
        SortedDictionary<int, StoredGpu> what,
        RedisResult down,
        Dictionary<int, string> seen,
        HashSet<int> held)
    {
        var service = Pairs(down);
        foreach (var (id, gpu) in what)
        {
            var (since, why) = service.Count > 0 && service.TryGetValue(id.ToString(CultureInfo.InvariantCulture), out var text)
                ? ReadService(text)
                : (null, null);
            Gpus.Add(new PoolGpu
            {
                Host = host,
                Id = id,
                Device = gpu.Device,
                Uuid = gpu.Uuid,
                Model = gpu.Model,
                MemoryTotal = gpu.Memory,
                Provider = gpu.Provider,
                DisabledReason = why?.Reason,
                DisabledBy = why?.By,
                DisabledSince = since,
                // Whoever holds a GPU may use it.
                InUseBy = held.Contains(id) ? null : seen.GetValueOrDefault(id),
            });
        }
    }

    private (DateTime?, StoredService?) ReadService(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var since = long.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture);
        return (
            RedisReplies.Shown(since, offset).LocalDateTime,
            RedisReplies.Parse(text[(space + 1)..], RedisJson.Default.StoredService));
    }

    private static Dictionary<int, string> UsersSeen(RedisResult[] seen)
    {
        var users = new Dictionary<int, string>();
        for (var n = 0; n < seen.Length; n += 2)
            users[(int)seen[n]] = (string)seen[n + 1]!;
        return users;
    }

    private static Dictionary<string, string> Pairs(RedisResult fields)
    {
        var list = (string[])fields!;
        var pairs = new Dictionary<string, string>(list.Length / 2, StringComparer.Ordinal);
        for (var n = 0; n < list.Length; n += 2)
            pairs[list[n]] = list[n + 1];
        return pairs;
    }
}

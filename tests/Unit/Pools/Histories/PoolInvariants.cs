using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>What must hold in a store whatever the model says, judged from its snapshots alone.</summary>
internal sealed class PoolInvariants
{
    private readonly Dictionary<string, int> _arrivals = [];
    private readonly HashSet<long> _numbers = [];
    private int _arrived;
    private long _highest;

    /// <summary>Judges one step by what the pool showed before and after it.</summary>
    public void Judge(PoolSnapshot before, PoolSnapshot after)
    {
        NoteArrivals(before, after);
        foreach (var gpu in after.Reservations.SelectMany(held => held.GpuId.Select(id => (held.ComputerName, id, held))).GroupBy(it => (it.ComputerName, it.id)))
        {
            var shares = gpu.Select(it => it.held.Share).ToList();
            Assert.True(shares.Sum() <= 1, $"GPU {gpu.Key} is held {shares.Sum()} times");
            Assert.True(shares.Count == 1 || !shares.Contains(1), $"GPU {gpu.Key} is held whole and in parts");
            Assert.Contains(after.Gpus, known => (known.Host, known.Id) == gpu.Key);
        }

        var known = before.Reservations.Select(held => (held.Id, held.FencingNumber)).ToHashSet();
        foreach (var grant in after.Reservations.Where(held => !known.Contains((held.Id, held.FencingNumber))).OrderBy(held => held.FencingNumber))
        {
            Assert.True(grant.FencingNumber > _highest && _numbers.Add(grant.FencingNumber), $"{grant.Id} got {grant.FencingNumber} after {_highest}");
            NobodyOvertaken(grant, after);
            _highest = grant.FencingNumber;
        }
    }

    /// <summary>The first in line of a host waits only for GPUs that are not there.</summary>
    public static void TheFirstWaitsForAReason(PoolSnapshot after, string host)
    {
        if (after.Queue.FirstOrDefault(entry => entry.ComputerName == host) is not { Demand: { Share: null, Memory: null } demand } first)
            return;
        var free = Candidates(demand, after, host).Where(gpu => gpu.InUseBy is null
            && !after.Reservations.Any(held => held.ComputerName == host && held.GpuId.Contains(gpu.Id)));
        Assert.True(free.Count() < demand.Width, $"{first.Id} waits for {demand} although they are free");
    }

    private void NoteArrivals(PoolSnapshot before, PoolSnapshot after)
    {
        var there = before.Queue.Select(entry => entry.Id).Concat(before.Reservations.Select(held => held.Id)).ToHashSet();
        foreach (var id in after.Queue.Select(entry => entry.Id).Concat(after.Reservations.Select(held => held.Id)).Where(id => !there.Contains(id)))
            _arrivals[id] = _arrived++;
    }

    private void NobodyOvertaken(GpuReservation grant, PoolSnapshot after)
    {
        foreach (var entry in after.Queue.Where(entry => entry.ComputerName == grant.ComputerName && _arrivals[entry.Id] < _arrivals[grant.Id]))
        {
            var couldServe = Candidates(entry.Demand, after, grant.ComputerName).Select(gpu => gpu.Id);
            Assert.True(!couldServe.Intersect(grant.GpuId).Any(), $"{grant} overtook {entry.Id}, which waits for {entry.Demand}");
        }
    }

    private static IEnumerable<PoolGpu> Candidates(GpuDemand demand, PoolSnapshot pool, string host) => pool.Gpus.Where(gpu =>
        gpu.Host == host && gpu.DisabledReason is null
        && (demand.Ids is null || demand.Ids.Contains(gpu.Id))
        && (demand.Memory is null || demand.Memory <= gpu.MemoryTotal));
}

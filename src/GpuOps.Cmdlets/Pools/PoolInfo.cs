using GpuOps.Pools;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Counts a pool's GPUs by host.</summary>
internal static class PoolInfo
{
    public static IEnumerable<GpuPoolInfo> Summarize(IEnumerable<GpuStatus> gpus, IReadOnlyList<GpuQueueEntry> queue, PoolSession pool) =>
        gpus.GroupBy(gpu => gpu.ComputerName).Select(host => new GpuPoolInfo
        {
            Backend = pool.Backend,
            Store = pool.Pool.Description,
            ComputerName = host.Key,
            Provider = host.First().Provider,
            Count = host.Count(),
            Available = host.Count(gpu => gpu.State == GpuState.Available),
            Reserved = host.Count(gpu => gpu.Reservations.Count > 0),
            Disabled = host.Count(gpu => gpu.State == GpuState.Disabled),
            InUse = host.Count(gpu => gpu.State is GpuState.Unreserved or GpuState.Unknown),
            Waiting = queue.Count(entry => entry.ComputerName == host.Key),
        });
}

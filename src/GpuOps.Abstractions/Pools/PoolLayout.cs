namespace GpuOps.Pools;

/// <summary>The GPUs that one host brings into a pool.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Gpus">Its GPUs, numbered from 0 without gaps.</param>
public sealed record PoolLayout(string Host, IReadOnlyList<PoolGpu> Gpus);

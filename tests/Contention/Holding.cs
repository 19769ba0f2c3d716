namespace GpuOps.Contention;

/// <summary>That a process held GPUs, as its own log says.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="Asked">When it was about to ask (CLOCK_MONOTONIC, ns).</param>
/// <param name="Fencing">Its fencing number; 0 when it was never granted.</param>
/// <param name="Gpus">The GPUs.</param>
/// <param name="From">When it had been told that it holds them.</param>
/// <param name="To">When it was about to give them back, or was killed.</param>
internal sealed record Holding(string Id, int ProcessId, long Asked, long Fencing, IReadOnlyList<int> Gpus, long From, long To);

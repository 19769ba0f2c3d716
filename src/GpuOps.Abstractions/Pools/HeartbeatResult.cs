namespace GpuOps.Pools;

/// <summary>What one batched heartbeat found.</summary>
/// <param name="Lost">The ids that the pool no longer holds for this client, neither as grant nor as waiting request.</param>
public sealed record HeartbeatResult(IReadOnlyList<string> Lost);

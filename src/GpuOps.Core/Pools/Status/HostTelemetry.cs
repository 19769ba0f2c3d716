using GpuOps.Probes;

namespace GpuOps.Pools.Status;

/// <summary>What the probe of this host says.</summary>
/// <param name="Host">The host.</param>
/// <param name="Gpus">Its GPUs; empty when the driver does not answer.</param>
/// <param name="Fault">Why the driver does not answer; null when it does.</param>
public sealed record HostTelemetry(string Host, IReadOnlyList<GpuTelemetry> Gpus, string? Fault = null);

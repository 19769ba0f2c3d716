namespace GpuOps.Probes.Amd;

/// <summary>A process as AMD's tools describe it.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Name">Its program; empty when the tool does not say.</param>
/// <param name="MemoryUsed">GPU memory in bytes; null when the tool does not say.</param>
internal sealed record AmdProcess(int ProcessId, string Name, long? MemoryUsed);

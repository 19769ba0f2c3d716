namespace GpuOps.Pools;

/// <summary>
/// A process that cannot be confused with a later one of the same number, nor with one in another container.
/// </summary>
/// <param name="Machine">
/// The boot id of the kernel and the PID namespace, as <c>bootid/namespace</c>; a process id means something only
/// to a process of the same machine. Empty where the platform cannot say (then only heartbeats tell).
/// </param>
/// <param name="ProcessId">The process id inside that namespace.</param>
/// <param name="StartTime">When the process started, in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>).</param>
public sealed record ProcessIdentity(string Machine, int ProcessId, long StartTime);

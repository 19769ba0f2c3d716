namespace GpuOps.Processes;

/// <summary>How a child process ended; exactly one is set.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Signal">The signal that ended it.</param>
internal readonly record struct ChildEnd(int? ExitCode, int? Signal);

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>A start that cannot be, and of which nothing was begun.</summary>
internal sealed class LaunchRefusedException(string message, Exception cause) : Exception(message, cause);

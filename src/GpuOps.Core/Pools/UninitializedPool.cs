using GpuOps.Errors;

namespace GpuOps.Pools;

/// <summary>The error of a pool, or of a host's part of it, that nobody has initialised.</summary>
public static class UninitializedPool
{
    /// <summary>Makes the error: it names the command that mends it.</summary>
    /// <param name="store">The pool in words.</param>
    /// <param name="host">The host that has no GPUs in it; null when no host has.</param>
    public static GpuOpsException Error(string store, string? host) => new(
        "PoolNotInitialized", GpuOpsErrorKind.NotReady,
        host is null
            ? $"The pool in '{store}' has no GPUs yet. Run Initialize-GpuPool on a host with GPUs, or name another pool with -Backend."
            : $"The pool in '{store}' has no GPUs of the host '{host}'. Run Initialize-GpuPool on that host, or name another host with -ComputerName or another pool with -Backend.",
        host ?? store);
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Pools;

/// <summary>A cmdlet that talks to a pool.</summary>
public abstract class PoolCmdlet : GpuOpsCmdlet
{
    /// <summary>The backend, by name or URI; the configured default when left out.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string? Backend { get; set; }

    /// <summary>Opens the pool the user means. Does not connect.</summary>
    private protected PoolSession OpenPool() => OpenPool(Backend);

    /// <summary>Opens a pool by the name or URI an object carries.</summary>
    private protected PoolSession OpenPool(string? backend)
    {
        var (definition, context) = ConfiguredBackend.Resolve(this, string.IsNullOrEmpty(backend) ? null : backend);
        return EngineState.Current.Host.Open(definition, context);
    }

    /// <summary>The error of a pool, or of a host's part of it, that nobody has initialised.</summary>
    private protected static GpuOpsException NotInitialized(PoolSession pool, string? host = null) => new(
        "PoolNotInitialized", GpuOpsErrorKind.NotReady,
        host is null
            ? $"The pool in '{pool.Pool.Description}' has no GPUs yet. Run Initialize-GpuPool on a host with GPUs, or name another pool with -Backend."
            : $"The pool in '{pool.Pool.Description}' has no GPUs of the host '{host}'. Run Initialize-GpuPool on that host, or name another pool with -Backend.",
        host ?? pool.Backend);

    /// <summary>Whether a reservation is this user's to release: made for them, or made by them.</summary>
    private protected static bool IsOwn(GpuReservation reservation) =>
        reservation.User == Environment.UserName || reservation.ActualUser == Environment.UserName;
}

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

    /// <summary>Reads the pool, or one host's part of it.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="computerName">The host; null for all.</param>
    /// <exception cref="GpuOpsException">The host has no GPUs in the pool.</exception>
    private protected PoolSnapshot Read(PoolSession pool, string? computerName)
    {
        var host = computerName is null ? null : pool.HostOf(computerName);
        var snapshot = Run(token => pool.ReadAsync(host, token));
        return host is null || snapshot.Gpus.Count > 0 ? snapshot : throw UninitializedPool.Error(pool.Pool.Description, host);
    }

    /// <summary>Whether a reservation is this user's to release: made for them, or made by them.</summary>
    private protected static bool IsOwn(GpuReservation reservation) => IsOwn(reservation.User, reservation.ActualUser);

    /// <summary>Whether a reservation or request is this user's.</summary>
    /// <param name="user">For whom it was made.</param>
    /// <param name="actualUser">By whom.</param>
    private protected static bool IsOwn(string user, string actualUser) => user == Environment.UserName || actualUser == Environment.UserName;

    /// <summary>
    /// Asks before what hurts others, in a cmdlet of high impact; what is one's own goes without a question, unless one
    /// asked for questions or for -WhatIf.
    /// </summary>
    /// <param name="what">What is changed.</param>
    /// <param name="action">How.</param>
    /// <param name="hurtsOthers">Whether others lose something.</param>
    private protected bool ShouldProcess(string what, string action, bool hurtsOthers) =>
        (!hurtsOthers && !AsksAnyway()) || ShouldProcess(what, action);

    private bool AsksAnyway() =>
        MyInvocation.BoundParameters.ContainsKey("WhatIf") || MyInvocation.BoundParameters.ContainsKey("Confirm")
        || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference", false))
        || GetVariableValue("ConfirmPreference") is ConfirmImpact.Low or ConfirmImpact.Medium;
}

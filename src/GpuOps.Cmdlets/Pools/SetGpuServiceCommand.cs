using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Pools;

/// <summary>What taking a GPU out of service and putting it back have in common.</summary>
public abstract class SetGpuServiceCommand : PoolCmdlet
{
    /// <summary>The GPUs.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(GpuIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The host they are in; left out, this host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ComputerNameCompleter))]
    public string? ComputerName { get; set; }

    /// <summary>Says what is about to happen, and does it.</summary>
    /// <param name="action">What happens, for -WhatIf and -Confirm.</param>
    /// <param name="reason">Why they go out of service; null puts them back.</param>
    private protected void SetService(string action, string? reason)
    {
        var pool = OpenPool();
        var host = pool.HostOf(ComputerName);
        foreach (var id in Id)
        {
            if (!ShouldProcess($"GPU {id} of {host}", action))
            {
                continue;
            }

            var unknown = Run(token => pool.Pool.SetServiceAsync(host, [id], reason, Environment.UserName, token));
            if (unknown.Count > 0)
            {
                WriteFault(new GpuOpsException("GpuNotFound", GpuOpsErrorKind.NotFound,
                    $"The host '{host}' has no GPU {id} in the pool '{pool.Backend}'. Get-GpuStatus lists the GPUs there are.", id), id);
            }
        }
    }
}

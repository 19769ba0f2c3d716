using System.Management.Automation;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Takes GPUs out of service. A present holder keeps them; nobody gets them afterwards.</summary>
[Cmdlet(VerbsLifecycle.Disable, "Gpu", SupportsShouldProcess = true)]
public sealed class DisableGpuCommand : SetGpuServiceCommand
{
    /// <summary>Why, for everybody to see.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    /// <inheritdoc/>
    protected override void Process() => SetService($"take out of service: {Reason}", Reason);
}

using System.Management.Automation;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Puts GPUs back into service.</summary>
[Cmdlet(VerbsLifecycle.Enable, "Gpu", SupportsShouldProcess = true)]
public sealed class EnableGpuCommand : SetGpuServiceCommand
{
    /// <inheritdoc/>
    protected override void Process() => SetService("put back into service", null);
}

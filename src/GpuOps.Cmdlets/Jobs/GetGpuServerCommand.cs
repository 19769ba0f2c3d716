using System.Management.Automation;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Shows the queue service of this host.</summary>
[Cmdlet(VerbsCommon.Get, "GpuServer")]
[OutputType(typeof(GpuServer))]
public sealed class GetGpuServerCommand : QueueServerCmdlet
{
    /// <inheritdoc/>
    protected override void Process()
    {
        if (Read(OpenQueue()) is { } server)
        {
            WriteObject(server);
        }
    }
}

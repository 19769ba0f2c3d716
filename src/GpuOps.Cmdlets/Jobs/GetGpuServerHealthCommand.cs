using System.Management.Automation;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Shows how well the queue service and its host are.</summary>
[Cmdlet(VerbsCommon.Get, "GpuServerHealth")]
[OutputType(typeof(GpuServerHealth))]
public sealed class GetGpuServerHealthCommand : QueueServerCmdlet
{
    /// <inheritdoc/>
    protected override void Process()
    {
        var queue = OpenQueue();
        if (Read(queue) is not null)
        {
            WriteObject(Run(queue.ReadHealthAsync));
        }
    }
}

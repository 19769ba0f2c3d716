using System.Management.Automation;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Ends the queue service of this host; jobs that run go on.</summary>
[Cmdlet(VerbsLifecycle.Stop, "GpuServer", SupportsShouldProcess = true)]
public sealed class StopGpuServerCommand : QueueServerCmdlet
{
    /// <summary>Ends the jobs that run, too. Jobs that wait stay in the queue.</summary>
    [Parameter]
    public SwitchParameter EndJob { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var queue = OpenQueue();
        if (Read(queue) is { } server
            && ShouldProcess($"process {server.ProcessId} in {server.Folder}", EndJob ? $"end the queue service and its {server.Running} running jobs" : "end the queue service"))
        {
            Run(async token =>
            {
                await queue.StopServerAsync(EndJob, token);
                return true;
            });
        }
    }
}

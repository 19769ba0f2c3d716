using System.Management.Automation;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Ends jobs: they get SIGINT, some time, and then SIGKILL, with everything they started.</summary>
[Cmdlet(VerbsLifecycle.Stop, "GpuJob", SupportsShouldProcess = true)]
[OutputType(typeof(GpuJob))]
public sealed class StopGpuJobCommand : ChangeJobCmdlet
{
    /// <summary>Returns the jobs as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => "end the job";

    /// <inheritdoc/>
    private protected override async Task<GpuJob?> ChangeAsync(IJobScheduler scheduler, GpuJob job, CancellationToken cancellationToken)
    {
        var stopped = await scheduler.StopJobAsync(job.Id, cancellationToken);
        return PassThru ? stopped : null;
    }
}

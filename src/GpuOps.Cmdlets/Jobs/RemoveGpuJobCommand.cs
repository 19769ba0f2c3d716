using System.Management.Automation;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Forgets jobs that are over, and what they wrote.</summary>
[Cmdlet(VerbsCommon.Remove, "GpuJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveGpuJobCommand : ChangeJobCmdlet
{
    private protected override string Action => "forget the job and its logs";

    private protected override bool IsForFinished => true;

    /// <inheritdoc/>
    private protected override async Task<GpuJob?> ChangeAsync(IJobScheduler scheduler, GpuJob job, CancellationToken cancellationToken)
    {
        await scheduler.RemoveJobAsync(job.Id, cancellationToken);
        return null;
    }
}

using System.Management.Automation;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Releases held jobs of a Slurm cluster.</summary>
[Cmdlet(VerbsLifecycle.Resume, "SlurmJob", SupportsShouldProcess = true)]
public sealed class ResumeSlurmJobCommand : ChangeSlurmJobCmdlet
{
    private protected override string Action => "release the job";

    /// <inheritdoc/>
    private protected override void Change(SlurmScheduler scheduler, IReadOnlyList<SlurmJobId> ids) => TryEach(ids, scheduler.ReleaseAsync);
}

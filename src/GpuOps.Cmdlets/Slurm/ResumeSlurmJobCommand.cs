using System.Management.Automation;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Releases held jobs of a Slurm cluster.</summary>
[Cmdlet(VerbsLifecycle.Resume, "SlurmJob", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob))]
public sealed class ResumeSlurmJobCommand : ChangeSlurmJobCmdlet
{
    private protected override string Action => "release the job";

    /// <inheritdoc/>
    private protected override IEnumerable<SlurmJobId> Change(SlurmScheduler scheduler, IReadOnlyList<SlurmJobId> ids) => TryEach(ids, scheduler.ReleaseAsync);
}

using System.Management.Automation;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Holds waiting jobs of a Slurm cluster: they do not start before they are resumed.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "SlurmJob", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob))]
public sealed class SuspendSlurmJobCommand : ChangeSlurmJobCmdlet
{
    private protected override string Action => "hold the job";

    /// <inheritdoc/>
    private protected override IEnumerable<SlurmJobId> Change(SlurmScheduler scheduler, IReadOnlyList<SlurmJobId> ids) => TryEach(ids, scheduler.HoldAsync);
}

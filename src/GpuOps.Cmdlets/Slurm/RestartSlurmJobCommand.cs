using System.Management.Automation;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Puts jobs of a Slurm cluster back into the queue: they end now and run again from the start.</summary>
[Cmdlet(VerbsLifecycle.Restart, "SlurmJob", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob))]
public sealed class RestartSlurmJobCommand : ChangeSlurmJobCmdlet
{
    private protected override string Action => "put the job back into the queue";

    /// <inheritdoc/>
    private protected override bool ReachesFinished => true;

    /// <inheritdoc/>
    private protected override IEnumerable<SlurmJobId> Change(SlurmScheduler scheduler, IReadOnlyList<SlurmJobId> ids) => TryEach(ids, scheduler.RequeueAsync);
}

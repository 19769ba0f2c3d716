using GpuOps.Cmdlets.Jobs;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A job that Submit-SlurmJob submitted, as a job of PowerShell.</summary>
public sealed class SlurmSubmittedJob : SubmittedJob
{
    private readonly SlurmScheduler _scheduler;
    private readonly SlurmWaitOptions _options;

    internal SlurmSubmittedJob(SlurmScheduler scheduler, SlurmJob job, string command, SlurmWaitOptions options, Guid owner)
        : base(scheduler, job, command, owner) => (_scheduler, _options) = (scheduler, options);

    /// <summary>The job as it was last seen.</summary>
    public SlurmJob SlurmJob => (SlurmJob)Submitted;

    private protected override string StateText => SlurmJob.State.ToString();

    private protected override Task WaitAsync(CancellationToken cancellationToken) =>
        new SlurmWaitReport(_scheduler, _options, 0, this).RunAsync([SlurmJob.Id], cancellationToken);

    private protected override Task EndAsync(CancellationToken cancellationToken) => _scheduler.CancelAsync([SlurmJob.Id], null, cancellationToken);

    private protected override GpuOpsException Unknown(TimeSpan limit) => new(
        "SlurmCancelUnknown", GpuOpsErrorKind.Lost,
        $"'{Location}' did not answer within {limit.TotalSeconds:0} s: nobody can say whether the job {SlurmJob.Id} was cancelled. Stop-SlurmJob {SlurmJob.Id} tries it again.", SlurmJob.Id);
}

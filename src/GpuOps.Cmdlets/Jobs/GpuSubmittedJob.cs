using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A job that Submit-GpuJob submitted, as a job of PowerShell.</summary>
public sealed class GpuSubmittedJob : SubmittedJob
{
    private readonly TimeSpan? _interval;

    internal GpuSubmittedJob(IJobScheduler scheduler, GpuJob job, string command, TimeSpan? interval, Guid owner)
        : base(scheduler, job, command, owner) => _interval = interval;

    /// <summary>The job as it was last seen.</summary>
    public GpuJob GpuJob => Submitted;

    private protected override Task WaitAsync(CancellationToken cancellationToken) =>
        new JobWaitReport(Scheduler, _interval, 0, this).RunAsync([Submitted.Id], cancellationToken);

    private protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Scheduler.StopJobAsync(Submitted.Id, cancellationToken);
        }
        catch (GpuOpsException fault) when (fault.Id == "JobFinished")
        {
            // It was faster.
        }
    }

    private protected override GpuOpsException Unknown(TimeSpan limit) => new(
        "JobStopUnknown", GpuOpsErrorKind.Lost,
        $"'{Location}' did not answer within {limit.TotalSeconds:0} s: nobody can say whether the job {Submitted.Id} ends. Stop-GpuJob {Submitted.Id} tries it again.", Submitted.Id);
}

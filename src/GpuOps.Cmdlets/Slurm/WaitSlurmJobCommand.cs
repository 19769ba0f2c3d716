using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Waits until jobs of a Slurm cluster are over, however they end.</summary>
[Cmdlet(VerbsLifecycle.Wait, "SlurmJob")]
[OutputType(typeof(SlurmJob))]
public sealed class WaitSlurmJobCommand : SlurmJobsCmdlet
{
    private const int ProgressId = 3301, LastLines = 5;

    private static readonly TimeSpan Hasty = TimeSpan.FromSeconds(5);

    /// <summary>States that end the wait for a job too; one that is over ends it in any case.</summary>
    [Parameter]
    public SlurmJobState[] State { get; set; } = [];

    /// <summary>How long to wait; without it for ever.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How often the cluster is asked, once for all jobs.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Interval < Hasty)
        {
            WriteWarning($"Asking every {Interval.TotalSeconds:0.###} s burdens the controller, which serves everybody. 5 s and more do not.");
        }
    }

    /// <inheritdoc/>
    private protected override void Act(IReadOnlyList<(SlurmScheduler Scheduler, SlurmJobId[] Ids)> given) => Run(async (post, token) =>
    {
        await Task.WhenAll(given.Select((one, index) => WaitAsync(one.Scheduler, one.Ids, ProgressId + index, post, token)));
        return true;
    });

    private async Task WaitAsync(SlurmScheduler scheduler, SlurmJobId[] ids, int progressId, Action<Action<Cmdlet>> post, CancellationToken cancellationToken)
    {
        var wait = new SlurmWait(scheduler, new SlurmWaitOptions { States = State, Interval = Interval, Timeout = Timeout }, TimeProvider.System);
        List<SlurmJob> failed = [];
        await wait.RunAsync(ids, Ended, Lost, Report, cancellationToken);
        foreach (var job in failed)
        {
            var log = await scheduler.ReadLastLinesAsync(job, LastLines, cancellationToken);
            post(cmdlet => cmdlet.WriteError(Pipeline.ErrorRecords.From(Failure(job, log), job)));
        }

        void Ended(SlurmJob job)
        {
            post(cmdlet => cmdlet.WriteObject(job));
            if (job.IsFinished && job.State != SlurmJobState.Completed && !State.Contains(job.State))
            {
                failed.Add(job);
            }
        }

        void Lost(SlurmJobId id, SlurmJob? last) => post(cmdlet => cmdlet.WriteError(Pipeline.ErrorRecords.From(
            last is null
                ? NotFound(id, scheduler)
                : new GpuOpsException("SlurmJobForgotten", GpuOpsErrorKind.Lost,
                    $"'{scheduler.Backend}' does not know the job {last} any more, so that nobody can say how it ended; it was last {last.State}.", id),
            id)));

        void Report(SlurmWaitProgress progress)
        {
            var states = string.Join(", ", progress.States.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Value} {pair.Key}"));
            var record = new ProgressRecord(progressId, $"Waiting for {progress.Total} jobs of {scheduler.Backend}", progress.Trouble ?? $"{progress.Done} done; {states}")
            {
                PercentComplete = 100 * progress.Done / Math.Max(1, progress.Total),
                RecordType = progress.Done == progress.Total ? ProgressRecordType.Completed : ProgressRecordType.Processing,
            };
            post(cmdlet => cmdlet.WriteProgress(record));
        }
    }

    private static GpuOpsException Failure(SlurmJob job, IReadOnlyList<string> log)
    {
        var how = job.Signal is { } signal ? $" by signal {signal}" : job.ExitCode is { } code ? $" with exit code {code}" : "";
        var why = job.Reason.Length > 0 && job.Reason != "None" ? $" ({job.Reason})" : "";
        var end = log.Count == 0 ? "" : $" It said last:\n{string.Join('\n', log)}";
        return new GpuOpsException("SlurmJobFailed", GpuOpsErrorKind.Lost, $"The job {job} ended as {job.State}{how}{why}.{end}", job);
    }
}

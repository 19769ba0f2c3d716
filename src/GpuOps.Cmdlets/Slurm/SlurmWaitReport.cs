using System.Management.Automation;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Waits for jobs of one cluster and writes what happens: each job when it is over, an error for each that failed, progress.</summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="options">How to wait.</param>
/// <param name="index">Which of the cmdlet's clusters it is, for its progress bar.</param>
/// <param name="sink">Where it is written.</param>
internal sealed class SlurmWaitReport(SlurmScheduler scheduler, SlurmWaitOptions options, int index, IRecordSink sink)
{
    private const int ProgressId = 3301, LastLines = 5;

    private readonly List<Task> _failures = [];
    private readonly HashSet<SlurmJobId> _stuck = [];

    /// <summary>Waits until all are over.</summary>
    /// <param name="ids">The jobs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(IReadOnlyList<SlurmJobId> ids, CancellationToken cancellationToken)
    {
        try
        {
            await new SlurmWait(scheduler, options, TimeProvider.System).RunAsync(ids, job => Ended(job, cancellationToken), Lost, Report, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(_failures);
        }
    }

    private void Ended(SlurmJob job, CancellationToken cancellationToken)
    {
        sink.WriteObject(job);
        if (job.IsFinished && job.State != SlurmJobState.Completed && !options.States.Contains(job.State))
        {
            _failures.Add(FailAsync(job, cancellationToken));
        }
    }

    /// <summary>Writes the error of a failed job with what it said last, which takes a moment to read.</summary>
    private async Task FailAsync(SlurmJob job, CancellationToken cancellationToken) =>
        WriteError(Failure(job, await scheduler.ReadLastLinesAsync(job, LastLines, cancellationToken)), job);

    private void Lost(SlurmJobId id, SlurmJob? last) => WriteError(
        last is null
            ? SlurmCmdlet.NotFound(id, scheduler)
            : new GpuOpsException("SlurmJobForgotten", GpuOpsErrorKind.Lost,
                $"'{scheduler.Backend}' does not know the job {last} any more, so that nobody can say how it ended; it was last {last.State}.", id),
        id);

    private void Report(SlurmWaitProgress progress)
    {
        var states = string.Join(", ", progress.States.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Value} {pair.Key}"));
        var record = new ProgressRecord(ProgressId + index, $"Waiting for {progress.Total} jobs of {scheduler.Backend}", progress.Trouble ?? $"{progress.Done} done; {states}")
        {
            PercentComplete = 100 * progress.Done / Math.Max(1, progress.Total),
            RecordType = progress.Done == progress.Total ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        };
        sink.WriteProgress(record);
        foreach (var job in progress.Stuck.Where(job => _stuck.Add(job.Id)))
        {
            sink.WriteWarning(
                $"The job {job} does not start as things are: {job.Reason}{(job.Dependency.Length > 0 ? $" of {job.Dependency}" : "")}. It is waited for all the same; Stop-SlurmJob {job.Id} ends it.");
        }
    }

    private void WriteError(GpuOpsException fault, object target) => sink.WriteError(ErrorRecords.From(fault, target));

    private static GpuOpsException Failure(SlurmJob job, IReadOnlyList<string> log)
    {
        var how = job.Signal is { } signal ? $" by signal {signal}" : job.ExitCode is { } code ? $" with exit code {code}" : "";
        var why = job.Reason.Length > 0 && job.Reason != "None" ? $" ({job.Reason})" : "";
        var end = log.Count == 0 ? "" : $" It said last:\n{string.Join('\n', log)}";
        return new GpuOpsException("SlurmJobFailed", GpuOpsErrorKind.Lost, $"The job {job} ended as {job.State}{how}{why}.{end}", job);
    }
}

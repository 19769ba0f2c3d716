using System.Management.Automation;
using System.Text;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Waits for jobs of one scheduler and writes what happens: each job when it is over, an error for each that failed, progress.</summary>
/// <param name="scheduler">The scheduler.</param>
/// <param name="interval">How often it is asked; null for what does not burden it.</param>
/// <param name="index">Which of the cmdlet's schedulers it is, for its progress bar.</param>
/// <param name="sink">Where it is written.</param>
internal sealed class JobWaitReport(IJobScheduler scheduler, TimeSpan? interval, int index, IRecordSink sink)
{
    private const int ProgressId = 3501, LastLines = 5;

    private readonly Dictionary<GpuJobState, int> _states = [];

    /// <summary>Waits until all are over.</summary>
    /// <param name="ids">The jobs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(string[] ids, CancellationToken cancellationToken)
    {
        var done = 0;
        Report(done, ids.Length);
        await foreach (var (id, job) in scheduler.WaitJobsAsync(ids, interval, cancellationToken))
        {
            if (job is null)
            {
                Fail(new GpuOpsException("JobNotFound", GpuOpsErrorKind.NotFound, $"'{scheduler.Backend}' does not know the job '{Values.Excerpt.Of(id)}', or does not know it any more.", id), id);
            }
            else
            {
                sink.WriteObject(job);
                if (job.State != GpuJobState.Completed)
                {
                    Fail(Failure(job, await LastLinesAsync(job, cancellationToken)), job);
                }

                _states[job.State] = _states.GetValueOrDefault(job.State) + 1;
            }

            Report(++done, ids.Length);
        }
    }

    private async Task<string> LastLinesAsync(GpuJob job, CancellationToken cancellationToken)
    {
        var kind = job.ErrorPath == job.OutputPath ? GpuJobLogKind.Output : GpuJobLogKind.Error;
        var text = new StringBuilder();
        try
        {
            await foreach (var piece in scheduler.ReadLogsAsync([job.Id], new GpuJobLogOptions { Stream = kind, Tail = LastLines }, cancellationToken))
            {
                text.Append(Encoding.UTF8.GetString(piece.Bytes.Span));
            }
        }
        catch (GpuOpsException)
        {
            // Whoever wants it will hear why it cannot be read.
        }

        return text.ToString().TrimEnd('\n');
    }

    private void Report(int done, int total)
    {
        var states = string.Join(", ", _states.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Value} {pair.Key}"));
        sink.WriteProgress(new ProgressRecord(ProgressId + index, $"Waiting for {total} jobs of {scheduler.Backend}", states.Length > 0 ? $"{done} done: {states}" : $"{done} done")
        {
            PercentComplete = 100 * done / Math.Max(1, total),
            RecordType = done == total ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    private void Fail(GpuOpsException fault, object target) => sink.WriteError(ErrorRecords.From(fault, target));

    private static GpuOpsException Failure(GpuJob job, string log)
    {
        var how = job.Signal is { } signal ? $" by signal {signal}" : job.ExitCode is { } code ? $" with exit code {code}" : "";
        var why = job.Reason.Length > 0 && job.Reason != "None" ? $" ({job.Reason})" : "";
        return new GpuOpsException("JobFailed", GpuOpsErrorKind.Lost, $"The job {job} ended as {job.State}{how}{why}.{(log.Length == 0 ? "" : $" It said last:\n{log}")}", job);
    }
}

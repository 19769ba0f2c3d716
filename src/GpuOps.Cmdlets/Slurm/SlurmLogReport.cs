using System.Management.Automation;
using GpuOps.Cmdlets.Jobs;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Writes what jobs of one cluster wrote: lines, or whole texts, that know whose they are.</summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="options">What to read, and for how long.</param>
/// <param name="isRaw">Whole texts.</param>
/// <param name="isSeveral">There are lines of several jobs: each shows whose it is.</param>
/// <param name="index">Which of the cmdlet's clusters it is, for its progress bar.</param>
/// <param name="post">Has something written by the pipeline thread.</param>
internal sealed class SlurmLogReport(SlurmScheduler scheduler, SlurmLogOptions options, bool isRaw, bool isSeveral, int index, Action<Action<Cmdlet>> post)
{
    private const int ProgressId = 3401;

    private readonly JobLogOutput _output = new(isRaw, post);

    /// <summary>Writes them until there is nothing more to come.</summary>
    /// <param name="targets">The jobs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(IReadOnlyList<SlurmLogTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            await new SlurmJobLog(scheduler, options, TimeProvider.System).RunAsync(targets, TakeAsync, Fail, Report, cancellationToken);
        }
        finally
        {
            _output.End();
            post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(ProgressId + index, Title, "Done") { RecordType = ProgressRecordType.Completed }));
        }
    }

    private string Title => $"Following the logs of {scheduler.Backend}";

    private Task TakeAsync(SlurmLogPiece piece, CancellationToken cancellationToken) => _output.TakeAsync(
        piece.Path, new GpuJobLogPiece(piece.Job, piece.Stream, piece.Bytes), piece.IsNew, isSeveral || piece.Job.ArrayJobId is not null, cancellationToken);

    private void Fail(SlurmJobId id, GpuOpsException fault) => post(cmdlet => cmdlet.WriteError(ErrorRecords.From(fault, id)));

    private void Report(SlurmLogProgress progress)
    {
        var status = progress.Trouble ?? string.Join(", ", progress.Jobs.CountBy(StateOf).Select(static pair => $"{pair.Value} {pair.Key}"));
        post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(ProgressId + index, Title, status.Length > 0 ? status : "Reading what is left")));
    }

    /// <summary>The state; of one that waits, why it does.</summary>
    private static string StateOf(SlurmJob job) => job.State == SlurmJobState.Pending && job.Reason.Length > 0 ? $"{job.State} ({job.Reason})" : $"{job.State}";
}

using System.Management.Automation;
using System.Text;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
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
    /// <summary>The view of a line that shows whose it is.</summary>
    internal const string LabelledType = "GpuOps.Schedulers.Slurm.SlurmLogLine";

    private const int ProgressId = 3401;

    private readonly Dictionary<string, (SlurmLogPiece First, SlurmLogLines Lines, MemoryStream Text)> _files = [];

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
            foreach (var (first, lines, text) in _files.Values)
            {
                Write(first, isRaw ? [Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length)] : lines.End());
            }

            post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(ProgressId + index, Title, "Done") { RecordType = ProgressRecordType.Completed }));
        }
    }

    private string Title => $"Following the logs of {scheduler.Backend}";

    private async Task TakeAsync(SlurmLogPiece piece, CancellationToken cancellationToken)
    {
        if (!_files.TryGetValue(piece.Path, out var file))
        {
            _files[piece.Path] = file = (piece, new SlurmLogLines(), new MemoryStream());
        }

        if (isRaw)
        {
            file.Text.Write(piece.Bytes.Span);
            return;
        }

        if (piece.IsNew)
        {
            Write(piece, file.Lines.End());
        }

        Write(piece, file.Lines.Take(piece.Bytes.Span));
        // What the pipeline has not taken yet must not pile up.
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        post(_ => taken.SetResult());
        await taken.Task.WaitAsync(cancellationToken);
    }

    private void Write(SlurmLogPiece piece, IReadOnlyList<string> lines)
    {
        var isLabelled = isSeveral || piece.Job.ArrayJobId is not null;
        foreach (var line in lines)
        {
            var labelled = new PSObject(line);
            labelled.Properties.Add(new PSNoteProperty("Job", piece.Job));
            labelled.Properties.Add(new PSNoteProperty("Stream", piece.Stream));
            if (isLabelled)
            {
                labelled.TypeNames.Insert(0, LabelledType);
            }

            post(cmdlet => cmdlet.WriteObject(labelled));
        }
    }

    private void Fail(SlurmJobId id, GpuOpsException fault) => post(cmdlet => cmdlet.WriteError(ErrorRecords.From(fault, id)));

    private void Report(SlurmLogProgress progress)
    {
        var status = progress.Trouble ?? string.Join(", ", progress.Jobs.CountBy(StateOf).Select(static pair => $"{pair.Value} {pair.Key}"));
        post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(ProgressId + index, Title, status.Length > 0 ? status : "Reading what is left")));
    }

    /// <summary>The state; of one that waits, why it does.</summary>
    private static string StateOf(SlurmJob job) => job.State == SlurmJobState.Pending && job.Reason.Length > 0 ? $"{job.State} ({job.Reason})" : $"{job.State}";
}

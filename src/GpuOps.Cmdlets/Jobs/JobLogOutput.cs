using System.Management.Automation;
using System.Text;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Writes what jobs wrote: lines, or whole texts, that know whose they are.</summary>
/// <param name="isRaw">Whole texts.</param>
/// <param name="post">Has something written by the pipeline thread.</param>
internal sealed class JobLogOutput(bool isRaw, Action<Action<Cmdlet>> post)
{
    /// <summary>The view of a line that shows whose it is.</summary>
    internal const string LabelledType = "GpuOps.Schedulers.GpuJobLogLine";

    private readonly Dictionary<string, Source> _sources = [];

    /// <summary>Takes what was written, and waits until the pipeline has it.</summary>
    /// <param name="file">The file, or whatever tells one stream of bytes from another.</param>
    /// <param name="piece">The bytes.</param>
    /// <param name="isNew">They begin the file anew.</param>
    /// <param name="isLabelled">There are lines of several jobs: each shows whose it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TakeAsync(string file, GpuJobLogPiece piece, bool isNew, bool isLabelled, CancellationToken cancellationToken)
    {
        if (!_sources.TryGetValue(file, out var source))
        {
            _sources[file] = source = new Source(piece with { Bytes = default }, isLabelled);
        }

        if (isRaw)
        {
            source.Text.Write(piece.Bytes.Span);
            return;
        }

        if (isNew)
        {
            Write(source, source.Lines.End());
        }

        Write(source, source.Lines.Take(piece.Bytes.Span));
        // What the pipeline has not taken yet must not pile up.
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        post(_ => taken.SetResult());
        await taken.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what is left: whole texts, and last lines without a newline.</summary>
    public void End()
    {
        foreach (var source in _sources.Values)
        {
            Write(source, isRaw ? [Encoding.UTF8.GetString(source.Text.GetBuffer(), 0, (int)source.Text.Length)] : source.Lines.End());
        }
    }

    private void Write(Source source, IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            var labelled = new PSObject(line);
            labelled.Properties.Add(new PSNoteProperty("Job", source.First.Job));
            labelled.Properties.Add(new PSNoteProperty("Stream", source.First.Stream));
            if (source.IsLabelled)
            {
                labelled.TypeNames.Insert(0, LabelledType);
            }

            post(cmdlet => cmdlet.WriteObject(labelled));
        }
    }

    private sealed record Source(GpuJobLogPiece First, bool IsLabelled)
    {
        public LogLines Lines { get; } = new();

        public MemoryStream Text { get; } = new();
    }
}

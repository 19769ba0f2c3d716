using System.Buffers;
using System.Text;
using System.Threading.Channels;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>Reads logs in the background and keeps what came, byte for byte.</summary>
internal sealed class SlurmLogReader
{
    /// <summary>A job's script that writes on, no two lines alike and no line ended, until the file named by its argument is there.</summary>
    public const string Writer = """
        #!/bin/sh
        i=0
        while [ ! -e "$1" ]; do i=$((i+1)); printf 'line %s \377\r' $i; sleep 0.01; done
        printf 'wrote %s without an end' $i
        """;

    private readonly Dictionary<string, ArrayBufferWriter<byte>> _read = [];
    private readonly Channel<bool> _news = Channel.CreateUnbounded<bool>();

    /// <summary>Begins.</summary>
    public SlurmLogReader(SlurmScheduler scheduler, SlurmLogOptions options, CancellationToken cancellationToken, params SlurmLogTarget[] targets) =>
        Done = Task.Run(() => new SlurmJobLog(scheduler, options, TimeProvider.System).RunAsync(targets, TakeAsync, (_, fault) => Take(() => Faults.Add(fault)), progress => Take(() => Progress = progress), cancellationToken), cancellationToken);

    /// <summary>Follows with short intervals.</summary>
    public static SlurmLogOptions Follow => new()
    {
        Follow = true,
        Interval = TimeSpan.FromMilliseconds(50),
        JobInterval = TimeSpan.FromMilliseconds(200),
        Settling = TimeSpan.FromMilliseconds(200),
        Timeout = TimeSpan.FromMinutes(3),
    };

    public Task Done { get; }

    public List<GpuOpsException> Faults { get; } = [];

    public SlurmLogProgress? Progress { get; private set; }

    /// <summary>What came from the files whose names end so, as text in which each byte is a character.</summary>
    public string Read(string ending)
    {
        lock (_read)
            return string.Concat(_read.Where(pair => pair.Key.EndsWith(ending, StringComparison.Ordinal)).Select(static pair => Encoding.Latin1.GetString(pair.Value.WrittenSpan)));
    }

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(Func<SlurmLogReader, bool> isSo, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (!Look())
        {
            Assert.False(Done.IsCompleted, "The reading ended before.");
            await _news.Reader.ReadAsync(limit.Token);
        }

        bool Look()
        {
            lock (_read)
                return isSo(this);
        }
    }

    private Task TakeAsync(SlurmLogPiece piece, CancellationToken cancellationToken)
    {
        Take(() =>
        {
            if (!_read.TryGetValue(piece.Path, out var bytes))
                _read[piece.Path] = bytes = new();
            bytes.Write(piece.Bytes.Span);
        });
        return Task.CompletedTask;
    }

    private void Take(Action what)
    {
        lock (_read)
            what();
        _news.Writer.TryWrite(true);
    }
}

using System.Collections.Concurrent;
using System.Text;
using GpuOps.Channels;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Stands in for the way to a cluster: notes what is called, and lets a test say what squeue and sacct would print.</summary>
internal sealed class PlayedCluster : ICommandChannel
{
    private const string FirstField = "JobArrayID:0", Chosen = "--jobs=";
    private const int LongestWord = 128 * 1024;

    public string Description => "a played cluster";

    /// <summary>What was run, in order.</summary>
    public ConcurrentQueue<ChannelCommand> Calls { get; } = [];

    /// <summary>What squeue knows.</summary>
    public IReadOnlyList<SqueueRecord> Jobs { get; set; } = [];

    /// <summary>What squeue does before it answers; nothing by default.</summary>
    public Func<CancellationToken, Task> Asked { get; init; } = static _ => Task.CompletedTask;

    /// <summary>What a program other than squeue does; nothing, well, by default.</summary>
    public Func<ChannelCommand, CommandResult> Other { get; init; } = static _ => new CommandResult(0, [], []);

    public async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        Calls.Enqueue(command);
        // As Linux has it.
        Assert.All(command.Arguments, static word => Assert.InRange(Encoding.UTF8.GetByteCount(word), 0, LongestWord - 1));
        if (command.Arguments[0] != "squeue")
            return Other(command);
        await Asked(cancellationToken);
        var format = command.Arguments.Single(static word => word.StartsWith(FirstField, StringComparison.Ordinal));
        var delimiter = format.Split(',')[0][FirstField.Length..];
        var chosen = command.Arguments.FirstOrDefault(static word => word.StartsWith(Chosen, StringComparison.Ordinal))?[Chosen.Length..].Split(',').ToHashSet();
        var jobs = Jobs.Where(job => chosen is null || chosen.Contains(SlurmJobId.Parse(job.Id).Base));
        var text = string.Concat(jobs.Select(job => string.Concat(job.Fields.Select(field => field + delimiter)) + "\n"));
        using var output = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await command.OutputReader!(output, cancellationToken);
        return new CommandResult(0, [], []);
    }

    public Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

namespace GpuOps.Channels;

/// <summary>A program to run over a channel. No shell takes part: each argument arrives byte for byte.</summary>
/// <param name="Arguments">The program, looked up in PATH unless it has a slash, and its arguments.</param>
public sealed record ChannelCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>What the program reads from standard input; nothing by default.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The working folder; null for where the channel begins (over SSH the user's home).</summary>
    public string? Folder { get; init; }

    /// <summary>Variables to set on top of those the host has. Over SSH they are not seen in its process list.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Reads standard output while the program runs, for output that is not to be whole in memory;
    /// <see cref="CommandResult.Output"/> is empty then. What it throws comes out of a run that ended with 0. Null to collect the output.
    /// </summary>
    public Func<Stream, CancellationToken, Task>? OutputReader { get; init; }
}

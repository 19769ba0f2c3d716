namespace GpuOps.Schedulers.Queue.Api;

/// <summary>What the service says of itself.</summary>
public sealed record QueueServer
{
    /// <summary>The version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>The host's name.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Since when it runs (UTC).</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The folder that it keeps everything in.</summary>
    public required string Folder { get; init; }

    /// <summary>The pool that jobs get their GPUs from.</summary>
    public required string Pool { get; init; }

    /// <summary>How many jobs there are in each state in which a job is not over.</summary>
    public required IReadOnlyDictionary<GpuJobState, int> Jobs { get; init; }
}

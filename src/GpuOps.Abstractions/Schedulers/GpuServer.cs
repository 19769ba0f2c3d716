namespace GpuOps.Schedulers;

/// <summary>A queue service, as it says itself.</summary>
public sealed record GpuServer
{
    /// <summary>The version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>The host's name.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Since when it runs (local time).</summary>
    public required DateTime StartTime { get; init; }

    /// <summary>The folder that it keeps everything in.</summary>
    public required string Folder { get; init; }

    /// <summary>The pool that jobs get their GPUs from, by name or URI.</summary>
    public required string Pool { get; init; }

    /// <summary>How many CPUs the jobs without GPUs may take together.</summary>
    public required int Cpus { get; init; }

    /// <summary>How many jobs wait.</summary>
    public required int Queued { get; init; }

    /// <summary>How many jobs run, or are being started.</summary>
    public required int Running { get; init; }

    /// <summary>What keeps jobs from being started; null when nothing does.</summary>
    public string? Trouble { get; init; }

    /// <summary>The backend it was found on.</summary>
    public string Backend { get; init; } = "";
}

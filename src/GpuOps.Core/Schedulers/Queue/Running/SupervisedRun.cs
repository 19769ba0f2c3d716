namespace GpuOps.Schedulers.Queue.Running;

/// <summary>A start of a job, as the supervisor knows it.</summary>
public sealed record SupervisedRun
{
    /// <summary>The job and the number of the start: <c>17.1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The program's process; null when it could not be started.</summary>
    public int? ProcessId { get; init; }

    /// <summary>When the program was started (UTC).</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When nothing of it was left (UTC); null while it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The program's exit code; null before it ends, and when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the program.</summary>
    public int? Signal { get; init; }

    /// <summary>Why it could not be started, or why nobody knows how it ended; null otherwise.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether it is being ended, or was, because somebody asked for it.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Whether it is being ended, or was, because its time was up.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>Whether the pool took its GPUs away before it ended; the program goes on.</summary>
    public bool HasLostReservation { get; init; }

    /// <summary>What not even SIGKILL has ended yet: process ids.</summary>
    public IReadOnlyList<int> Leftovers { get; init; } = [];
}

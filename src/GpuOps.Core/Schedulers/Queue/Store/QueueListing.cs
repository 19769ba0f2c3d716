namespace GpuOps.Schedulers.Queue.Store;

/// <summary>Which jobs to list, and in what order.</summary>
public sealed record QueueListing
{
    /// <summary>The most jobs that one page can have.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Which jobs.</summary>
    public GpuJobQuery Filter { get; init; } = new();

    /// <summary>What they are sorted by.</summary>
    public QueueSort Sort { get; init; }

    /// <summary>Turns the order round.</summary>
    public bool Descending { get; init; }

    /// <summary>How many at most, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Goes on where an earlier page ended: its <see cref="QueuePage.Next"/>. Null begins at the start.</summary>
    public string? Cursor { get; init; }
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>Which jobs are wanted. With nothing said: one's own that are not over.</summary>
public sealed record SlurmJobQuery
{
    /// <summary>Certain jobs, over or not, whoever's they are; null for all.</summary>
    public IReadOnlyList<SlurmJobId>? Ids { get; init; }

    /// <summary>Of these users; null for one's own.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>Of all users.</summary>
    public bool AllUsers { get; init; }

    /// <summary>Also those that were there at some moment since then, over or not; null for those that are there now.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>Also those that are over and that the controller still remembers, for some minutes.</summary>
    public bool Remembered { get; init; }

    /// <summary>
    /// What the accounting knows will do where the controller does not answer, of certain jobs or with <see cref="Since"/>;
    /// otherwise a controller that is away is an error.
    /// </summary>
    public bool AccountedWillDo { get; init; }

    /// <summary>Each task of an array that waits by itself.</summary>
    public bool Expand { get; init; }
}

namespace GpuOps.Schedulers;

/// <summary>Which jobs are wanted. With nothing said: all of everybody's.</summary>
public sealed record GpuJobQuery
{
    /// <summary>Certain jobs; null for all.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>Only those of whoever asks, as the scheduler knows them.</summary>
    public bool OnlyOwn { get; init; }

    /// <summary>Of these users; null for all.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>In these states; null for all.</summary>
    public IReadOnlyList<GpuJobState>? States { get; init; }

    /// <summary>Only those that are not over, or ended since then (any offset); null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How many at most, in the order of <see cref="NewestFirst"/>; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>The newest first instead of the oldest.</summary>
    public bool NewestFirst { get; init; }
}

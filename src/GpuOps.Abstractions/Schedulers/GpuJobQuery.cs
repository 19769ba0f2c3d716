namespace GpuOps.Schedulers;

/// <summary>Which jobs are wanted. With nothing said: all of everybody's.</summary>
public sealed record GpuJobQuery
{
    /// <summary>Certain jobs; null for all.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>Of these users; null for all.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>In these states; null for all.</summary>
    public IReadOnlyList<GpuJobState>? States { get; init; }

    /// <summary>Only those that are not over, or ended since then (any offset); null for all.</summary>
    public DateTimeOffset? Since { get; init; }
}

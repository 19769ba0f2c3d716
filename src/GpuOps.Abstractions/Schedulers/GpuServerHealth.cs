namespace GpuOps.Schedulers;

/// <summary>How well a queue service and its host are. It is as well as its worst part.</summary>
public sealed record GpuServerHealth
{
    /// <summary>0 to 100, the lowest of its parts.</summary>
    public int Score => Parts.Count == 0 ? 0 : Parts.Min(static part => part.Score);

    /// <summary>The score in a word.</summary>
    public GpuServerCondition Condition => Score switch
    {
        >= 70 => GpuServerCondition.Healthy,
        >= 30 => GpuServerCondition.Degraded,
        _ => GpuServerCondition.Unhealthy,
    };

    /// <summary>What was looked at.</summary>
    public required IReadOnlyList<GpuServerHealthPart> Parts { get; init; }

    /// <summary>When (local time).</summary>
    public required DateTime Time { get; init; }

    /// <summary>The backend it was found on.</summary>
    public string Backend { get; init; } = "";
}

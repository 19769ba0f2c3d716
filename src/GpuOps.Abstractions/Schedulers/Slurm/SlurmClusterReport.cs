namespace GpuOps.Schedulers.Slurm;

/// <summary>How a cluster stands at a moment. What was not asked for is null.</summary>
public sealed record SlurmClusterReport
{
    /// <summary>The moment (local time).</summary>
    public required DateTime Time { get; init; }

    /// <summary>The backend.</summary>
    public string Backend { get; init; } = "";

    /// <summary>The jobs of each state that are not over.</summary>
    public IReadOnlyList<SlurmStateUsage>? Jobs { get; init; }

    /// <summary>Each partition.</summary>
    public IReadOnlyList<SlurmResource>? Resources { get; init; }

    /// <summary>Each user who has jobs, those with most GPUs first.</summary>
    public IReadOnlyList<SlurmUserUsage>? Users { get; init; }
}

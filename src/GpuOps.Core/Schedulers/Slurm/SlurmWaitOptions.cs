namespace GpuOps.Schedulers.Slurm;

/// <summary>How to wait for jobs.</summary>
public sealed record SlurmWaitOptions
{
    /// <summary>States that end the wait beside those in which a job is over.</summary>
    public IReadOnlyList<SlurmJobState> States { get; init; } = [];

    /// <summary>How often the cluster is asked, once for all jobs.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long at most; null waits for ever.</summary>
    public TimeSpan? Timeout { get; init; }
}

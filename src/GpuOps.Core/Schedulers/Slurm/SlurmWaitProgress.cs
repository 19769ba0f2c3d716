namespace GpuOps.Schedulers.Slurm;

/// <summary>How a wait stands.</summary>
/// <param name="Done">How many of the jobs are done.</param>
/// <param name="Total">How many are waited for.</param>
/// <param name="States">How many are in which state, as last seen.</param>
/// <param name="Trouble">Why the cluster could not be asked just now; null when it could.</param>
public sealed record SlurmWaitProgress(int Done, int Total, IReadOnlyDictionary<SlurmJobState, int> States, string? Trouble)
{
    /// <summary>Those that Slurm keeps and never starts as things are: what they depend on did not end as they need, or no partition takes them.</summary>
    public IReadOnlyList<SlurmJob> Stuck { get; init; } = [];
}

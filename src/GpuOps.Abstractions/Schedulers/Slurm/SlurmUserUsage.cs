namespace GpuOps.Schedulers.Slurm;

/// <summary>What a user has and wants of a cluster. Each task of an array is a job.</summary>
/// <param name="User">The user.</param>
/// <param name="Running">How many jobs have their nodes.</param>
/// <param name="GpusInUse">How many GPUs those have.</param>
/// <param name="Waiting">How many jobs wait.</param>
/// <param name="GpusWanted">How many GPUs those want.</param>
public sealed record SlurmUserUsage(string User, int Running, int GpusInUse, int Waiting, int GpusWanted)
{
    /// <summary>In words: <c>ann 12 GPUs in 3 jobs, 1 waits</c>.</summary>
    public override string ToString() => $"{User} {GpusInUse} GPUs in {Running} jobs, {Waiting} waiting";
}

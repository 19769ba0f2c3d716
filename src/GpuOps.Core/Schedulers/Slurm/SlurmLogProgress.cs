namespace GpuOps.Schedulers.Slurm;

/// <summary>How the following of logs stands.</summary>
/// <param name="Jobs">The jobs that are not over, as last seen.</param>
/// <param name="Trouble">Why the cluster, or the files, could not be looked at just now; null when they could.</param>
public sealed record SlurmLogProgress(IReadOnlyList<SlurmJob> Jobs, string? Trouble);

namespace GpuOps.Schedulers.Slurm;

/// <summary>A partition of a cluster: nodes, and what jobs there may do.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What it does with jobs.</param>
/// <param name="IsDefault">Whether jobs that name no partition go there.</param>
public sealed record SlurmPartition(string Name, SlurmPartitionState State, bool IsDefault = false);

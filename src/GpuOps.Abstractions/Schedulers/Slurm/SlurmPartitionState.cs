namespace GpuOps.Schedulers.Slurm;

/// <summary>What a partition does with jobs, in Slurm's own words.</summary>
public enum SlurmPartitionState
{
    /// <summary>A word of a newer Slurm; jobs are not expected to start.</summary>
    Unknown,

    /// <summary>It takes jobs and starts them.</summary>
    Up,

    /// <summary>It takes jobs and starts none.</summary>
    Down,

    /// <summary>It takes no jobs, and starts those that wait.</summary>
    Drain,

    /// <summary>It takes no jobs and starts none.</summary>
    Inactive,
}

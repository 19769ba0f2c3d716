namespace GpuOps.Schedulers.Slurm;

/// <summary>What a report of a cluster tells.</summary>
public enum SlurmReportSection
{
    /// <summary>How many jobs are in which state.</summary>
    Jobs,

    /// <summary>What each partition has, and what of it is free.</summary>
    Resources,

    /// <summary>Who has and wants how much.</summary>
    Users,
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>What to read of jobs' logs, and for how long.</summary>
public sealed record SlurmLogOptions
{
    /// <summary>Which of the files.</summary>
    public GpuJobLogKind Stream { get; init; }

    /// <summary>How many lines at the end of each file that is there at first; null for all. Files that come later are read whole.</summary>
    public int? Tail { get; init; }

    /// <summary>Goes on until the jobs are over and all that they wrote is read.</summary>
    public bool Follow { get; init; }

    /// <summary>How long to follow; null has no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often the files are looked at, all of them with one command; less often where a look takes long.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the cluster is asked for the jobs, all of them at once.</summary>
    public TimeSpan JobInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long after a job's end its files are looked at: what a node wrote last may arrive late on a network file system.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(2);
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>What happens to log files that are there already.</summary>
public enum SlurmOpenMode
{
    /// <summary>They are kept, and what the job prints comes behind.</summary>
    Append,

    /// <summary>They are emptied.</summary>
    Truncate,
}

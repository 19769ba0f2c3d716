namespace GpuOps.Schedulers.Slurm;

/// <summary>With whom a job does not share its nodes.</summary>
public enum SlurmExclusive
{
    /// <summary>With no other job.</summary>
    Everybody,

    /// <summary>With no job of another user.</summary>
    OtherUsers,

    /// <summary>With no job of another security label (MCS).</summary>
    OtherLabels,
}

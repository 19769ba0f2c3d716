namespace GpuOps.Schedulers.Slurm;

/// <summary>Where a backend's Slurm is.</summary>
/// <param name="Backend">The backend's name, or its URI.</param>
public sealed record SlurmOptions(string Backend)
{
    /// <summary>The folder of Slurm's commands on the host where they run; null looks them up in PATH there.</summary>
    public string? CommandFolder { get; init; }

    /// <summary>The path of slurm.conf there; null for Slurm's own default.</summary>
    public string? Configuration { get; init; }

    /// <summary>The partition of jobs that name none.</summary>
    public string? Partition { get; init; }

    /// <summary>The account of jobs that name none.</summary>
    public string? Account { get; init; }

    /// <summary>The quality of service of jobs that name none.</summary>
    public string? Qos { get; init; }

    /// <summary>The folder for the log files of jobs that name none, on the cluster.</summary>
    public string? LogFolder { get; init; }
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>GPUs, and what can be had of them.</summary>
public abstract record SlurmGpuSupply
{
    /// <summary>The GPUs by type, by name.</summary>
    public IReadOnlyList<SlurmGpuCount> Gpus { get; init; } = [];

    /// <summary>How many GPUs there are.</summary>
    public int GpusTotal => Gpus.Sum(static gpu => gpu.Total);

    /// <summary>How many GPUs jobs have.</summary>
    public int GpusInUse => Gpus.Sum(static gpu => gpu.InUse);

    /// <summary>How many GPUs nobody has and a new job can get.</summary>
    public int GpusFree => Gpus.Sum(static gpu => gpu.Free);

    /// <summary>How many GPUs nobody has and nobody gets.</summary>
    public int GpusUnusable => Gpus.Sum(static gpu => gpu.Unusable);

    /// <summary>The backend it was found on.</summary>
    public string Backend { get; init; } = "";
}

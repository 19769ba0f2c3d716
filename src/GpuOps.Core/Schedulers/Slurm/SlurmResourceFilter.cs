namespace GpuOps.Schedulers.Slurm;

/// <summary>Which resources are wanted.</summary>
public sealed record SlurmResourceFilter
{
    /// <summary>Whether a partition is, by its name; null for all.</summary>
    public Func<string, bool>? Partition { get; init; }

    /// <summary>Whether a type of GPU is; null for all. Nodes without such a GPU are left out.</summary>
    public Func<string, bool>? GpuType { get; init; }
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>A number of GPUs, by type.</summary>
/// <param name="Total">All of them.</param>
/// <param name="ByType">Those of each type; <c>gpu</c> for those whose type Slurm does not say. They sum up to the total.</param>
public sealed record SlurmGpus(int Total, IReadOnlyDictionary<string, int> ByType)
{
    /// <summary>The type of GPUs whose type Slurm does not say.</summary>
    public const string AnyType = "gpu";

    /// <summary>No GPU.</summary>
    public static SlurmGpus None { get; } = new(0, new Dictionary<string, int>());

    /// <summary>The types and counts: <c>a100:8, v100:2</c>.</summary>
    public override string ToString() => string.Join(", ", ByType.Select(static pair => $"{pair.Key}:{pair.Value}"));
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>GPUs of a type, and what can be had of them. Total = in use + free + unusable.</summary>
/// <param name="Type">The type; <c>gpu</c> where Slurm does not say it.</param>
/// <param name="Total">How many there are.</param>
/// <param name="InUse">How many jobs have.</param>
/// <param name="Free">How many nobody has and a new job can get.</param>
/// <param name="Unusable">
/// How many nobody has and nobody gets: their nodes are down, drained, reserved, powered down, or have no CPU or memory
/// left, or their partition starts no jobs.
/// </param>
public sealed record SlurmGpuCount(string Type, int Total, int InUse, int Free, int Unusable)
{
    /// <summary>The type with what is free of all: <c>a100 3/8</c>.</summary>
    public override string ToString() => $"{Type} {Free}/{Total}";
}

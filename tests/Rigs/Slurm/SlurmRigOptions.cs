namespace GpuOps.Rigs;

/// <summary>What a private Slurm cluster is to be like.</summary>
public sealed record SlurmRigOptions
{
    /// <summary>Keeps accounting records, with slurmdbd and MariaDB; without it <c>sacct</c> fails.</summary>
    public bool Accounting { get; init; } = true;
}

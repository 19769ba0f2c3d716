namespace GpuOps.Schedulers.Slurm;

/// <summary>Something that a job can name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">A line about it; may be empty.</param>
public sealed record SlurmChoice(string Name, string Description);

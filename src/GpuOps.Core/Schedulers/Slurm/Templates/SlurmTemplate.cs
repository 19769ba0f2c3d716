namespace GpuOps.Schedulers.Slurm.Templates;

/// <summary>A script for jobs with places for what a job is asked to be, in Liquid.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">The text.</param>
/// <param name="File">The file it is from; null for a built-in one.</param>
public sealed record SlurmTemplate(string Name, string Text, string? File);

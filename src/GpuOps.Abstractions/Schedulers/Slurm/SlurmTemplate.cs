namespace GpuOps.Schedulers.Slurm;

/// <summary>A script for jobs with places for what a job is asked to be, in Liquid.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">The text, as it was when the template was looked up.</param>
/// <param name="File">The file it is from; null for a built-in one.</param>
public sealed record SlurmTemplate(string Name, string Text, string? File);

namespace GpuOps.Schedulers.Slurm;

/// <summary>A job whose log is wanted.</summary>
/// <param name="Id">The job; of an array all its tasks.</param>
/// <param name="OutputPath">Where its output is, should Slurm not know it any more; empty when nobody knows.</param>
/// <param name="ErrorPath">Where its errors are; empty for where its output is.</param>
public sealed record SlurmLogTarget(SlurmJobId Id, string OutputPath = "", string ErrorPath = "");

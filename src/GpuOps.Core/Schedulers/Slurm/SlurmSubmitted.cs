using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>What became of a request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Job">The job as it is known without asking again; null when there is none.</param>
/// <param name="Fault">Why there is none, or why nobody can say whether there is.</param>
public sealed record SlurmSubmitted(SlurmJobRequest Request, SlurmJob? Job, GpuOpsException? Fault);

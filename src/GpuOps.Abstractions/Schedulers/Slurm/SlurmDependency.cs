namespace GpuOps.Schedulers.Slurm;

/// <summary>What a job waits for.</summary>
/// <param name="Type">What must have become of the jobs.</param>
/// <param name="Jobs">The jobs; none for <see cref="SlurmDependencyType.Singleton"/>, at least one for the others.</param>
public sealed record SlurmDependency(SlurmDependencyType Type, params IReadOnlyList<SlurmJobId> Jobs);

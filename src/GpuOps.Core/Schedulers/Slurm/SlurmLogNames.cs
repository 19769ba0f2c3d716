namespace GpuOps.Schedulers.Slurm;

/// <summary>What the pattern of a log's path can name.</summary>
/// <param name="Id">The job.</param>
/// <param name="RawId">The number Slurm gave the job itself; a task of an array has another one than its array.</param>
/// <param name="Name">What its user calls it.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Nodes">Its nodes; empty while it has none.</param>
/// <param name="WorkFolder">The folder it runs in.</param>
public readonly record struct SlurmLogNames(SlurmJobId Id, string RawId, string Name, string User, string Nodes, string WorkFolder);

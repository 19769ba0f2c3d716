using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The answer to a <see cref="SlurmJobQuery"/>.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Missing">
/// Why what the accounting knows is not among it, <c>SlurmAccountingOff</c> or <c>SlurmAccountingAway</c>, or what the
/// controller knows, <c>SlurmControllerAway</c>; null when it is, or was not needed.
/// </param>
public sealed record SlurmJobs(IReadOnlyList<SlurmJob> Jobs, GpuOpsException? Missing)
{
    /// <summary>Whether the controller did not answer, so that only the accounting's word is among it.</summary>
    public bool IsOnlyAccounted => Missing?.Id == SlurmCommands.ControllerAway;
}

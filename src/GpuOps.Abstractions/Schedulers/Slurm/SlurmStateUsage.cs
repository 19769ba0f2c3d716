namespace GpuOps.Schedulers.Slurm;

/// <summary>The jobs in a state.</summary>
/// <param name="State">The state.</param>
/// <param name="Jobs">How many, each task of an array by itself.</param>
/// <param name="Gpus">How many GPUs they have, or want.</param>
public sealed record SlurmStateUsage(SlurmJobState State, int Jobs, int Gpus)
{
    /// <summary>In words: <c>3 Running (12 GPUs)</c>.</summary>
    public override string ToString() => $"{Jobs} {State} ({Gpus} GPUs)";
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>A partition of which something else is free than before.</summary>
/// <param name="Time">When that was seen (local time).</param>
/// <param name="From">What there was before; null at the first look.</param>
/// <param name="To">What there is now.</param>
public sealed record SlurmResourceChange(DateTime Time, SlurmResource? From, SlurmResource To)
{
    /// <summary>The partition.</summary>
    public string? Partition => To.Partition;

    /// <summary>How many GPUs are free now.</summary>
    public int GpusFree => To.GpusFree;

    /// <summary>How many more GPUs are free than before; less than 0 when fewer are.</summary>
    public int Difference => To.GpusFree - (From?.GpusFree ?? To.GpusFree);

    /// <summary>The backend it is on.</summary>
    public string Backend => To.Backend;

    /// <summary>What happened: <c>gpu: 3/8 to 5/8</c>.</summary>
    public override string ToString() => From is null ? $"{To}" : $"{Partition}: {From.GpusFree}/{From.GpusTotal} to {To.GpusFree}/{To.GpusTotal}";
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>Memory as Slurm writes it: <c>4000M</c>, <c>4Gn</c> (a node), <c>4Gc</c> (a CPU).</summary>
/// <param name="Bytes">How much; 0 is all that a node has.</param>
/// <param name="IsPerCpu">Whether it is for each CPU (true) or node (false); null when Slurm does not say.</param>
public readonly record struct SlurmMemory(long Bytes, bool? IsPerCpu)
{
    /// <summary>Reads an amount; a number without unit is MB.</summary>
    /// <param name="text">What Slurm printed.</param>
    /// <returns>Null when there is none.</returns>
    public static SlurmMemory? Parse(ReadOnlySpan<char> text)
    {
        var trimmed = text.Trim();
        bool? perCpu = trimmed.EndsWith("c") ? true : trimmed.EndsWith("n") ? false : null;
        return SlurmTresText.TryAmount(perCpu is null ? trimmed : trimmed[..^1], true, out var bytes) ? new(bytes, perCpu) : null;
    }
}

namespace GpuOps.Pools;

/// <summary>
/// What is asked of one host of a pool: some number of whole GPUs, certain GPUs, or a part of one GPU.
/// Exactly one of the four is set.
/// </summary>
/// <param name="Count">How many whole GPUs, at least 1; which ones does not matter.</param>
/// <param name="Ids">Which GPUs, each wholly; no id twice.</param>
/// <param name="Share">A part of one GPU, as a fraction above 0 and at most 1.</param>
/// <param name="Memory">A part of one GPU, as bytes of its memory.</param>
public sealed record GpuDemand(int? Count = null, IReadOnlyList<int>? Ids = null, decimal? Share = null, long? Memory = null)
{
    /// <summary>How many GPUs the demand takes part of.</summary>
    public int Width => Count ?? Ids?.Count ?? 1;

    /// <summary>The demand in words, as error messages and the queue show it.</summary>
    public override string ToString() =>
        Ids is { Count: 1 } ? $"GPU {Ids[0]}"
        : Ids is not null ? $"GPUs {string.Join(", ", Ids)}"
        : Share is { } share ? $"{share:0.####} of a GPU"
        : Memory is { } memory ? $"{memory / (double)(1L << 30):0.##} GB of a GPU"
        : Count == 1 ? "1 GPU" : $"{Count} GPUs";
}

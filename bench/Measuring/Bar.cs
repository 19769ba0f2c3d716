namespace GpuOps.Bench.Measuring;

/// <summary>What is held against the limit.</summary>
internal enum Bar
{
    /// <summary>How many times the baseline.</summary>
    Ratio,

    /// <summary>How much above the baseline.</summary>
    Excess,

    /// <summary>The figure itself.</summary>
    Figure,
}

namespace GpuOps.Bench.Measuring;

/// <summary>One row of the table: what is promised, and how it is measured.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="What">What is measured.</param>
/// <param name="Against">What it is measured against.</param>
/// <param name="Bar">What is held against the limit.</param>
/// <param name="Limit">The most that it may be.</param>
/// <param name="Unit">The unit of the figures.</param>
/// <param name="Measure">Measures.</param>
internal sealed record Row(string Name, string What, string Against, Bar Bar, double Limit, string Unit, Func<Task<Pair>> Measure)
{
    /// <summary>Why it cannot be measured here; null when it can.</summary>
    public string? Missing { get; init; }
}

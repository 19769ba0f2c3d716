using GpuOps.Bench.Measuring;
using GpuOps.Bench.Stores;

namespace GpuOps.Bench.Rows;

/// <summary>What Get-GpuStatus costs, and how that grows.</summary>
internal static class StatusRows
{
    private const int Few = 8, Many = 1_000, Most = 10_000;

    /// <summary>Ten times the GPUs may cost ten times as much, and a little for a cache of the processor that is too small.</summary>
    private const double Linear = 12;

    public static Row[] All { get; } = [.. Store.Kinds.SelectMany(Of)];

    private static IEnumerable<Row> Of(string kind)
    {
        yield return new($"status-8-{kind}", $"`Get-GpuStatus`, {Few} GPUs without a probe, {kind}", "an empty pipeline", Bar.Figure, 5, "ms",
            () => StatusRead.MeasureAsync(kind, Few, Few, null, invocations: 20)) { Missing = Store.Missing(kind) };
        foreach (var (name, what, onHost) in new[] { ("", "on one host", Most), ("-hosts", "on hosts of 8", Few) })
        {
            yield return new($"status-10000{name}-{kind}", $"`Get-GpuStatus`, {Most} GPUs {what}, {kind}", $"{Many} GPUs", Bar.Figure, 150, "ms",
                () => StatusRead.MeasureAsync(kind, Most, onHost, Many, invocations: 1)) { Missing = Store.Missing(kind) };
            yield return new($"status-linear{name}-{kind}", $"`Get-GpuStatus`, {Most} GPUs {what}, {kind}, without collections", $"{Many} GPUs", Bar.Ratio, Linear, "ms",
                () => StatusRead.MeasureAsync(kind, Most, onHost, Many, invocations: 1, collect: false)) { Missing = Store.Missing(kind) };
        }
    }
}

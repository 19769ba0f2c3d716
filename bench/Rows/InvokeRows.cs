using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

internal static class InvokeRows
{
    public static Row[] All { get; } =
    [
        new("invoke", "`Invoke-GpuCommand -Count 1 { /bin/true }`, SQLite", "`& /bin/true`", Bar.Excess, 10, "ms",
            () => Rounds.OfAsync<Invoke>(iterations: 25, invocations: 1, warmUp: 100)),
    ];
}

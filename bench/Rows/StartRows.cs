using System.Diagnostics;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>Whole processes, from their start to their end.</summary>
internal static class StartRows
{
    private const int RoundsMeasured = 25;

    public static Row[] All { get; } =
    [
        new("import", "`Import-Module` in a new session", "the same process without it", Bar.Excess, 200, "ms",
            () => Pair.InTurnAsync(RoundsMeasured, () => RunAsync(Artifacts.BareEngine, Artifacts.Manifest), () => RunAsync(Artifacts.BareEngine))),
        new("shell", "`gpuops 'exit 0'`, whole process", "the bare engine opening a runspace", Bar.Ratio, 1.3, "ms",
            () => Pair.InTurnAsync(RoundsMeasured, () => RunAsync(Artifacts.Shell, "exit 0"), () => RunAsync(Artifacts.BareEngine))),
    ];

    private static async Task<double> RunAsync(string program, params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Close();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}.");
    }
}

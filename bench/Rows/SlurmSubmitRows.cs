using System.Diagnostics;
using GpuOps.Bench.Clusters;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>What submitting costs, on a real cluster. The jobs are held, so that none begins while others are submitted.</summary>
internal static class SlurmSubmitRows
{
    private const int Many = 100, Tasks = 200, RoundsMeasured = 25, LongRounds = 7;
    private const string Held = "-OutputPath /dev/null -AdditionalArgument --hold -- true";
    private const string Bare = "sbatch --parsable --hold --output=/dev/null --wrap=true";

    public static Row[] All { get; } =
    [
        Of("submit", "`Submit-SlurmJob` in a warm session", "bare `sbatch`", Bar.Excess, 15, RoundsMeasured,
            $"Submit-SlurmJob -Backend here {Held}", static site => site.RunAsync(Bare.Split(' '))),
        Of("submit-100-ssh", $"{Many} jobs piped into `Submit-SlurmJob` over SSH", $"`ssh -o ControlMaster` + `sbatch`, {Many} times", Bar.Ratio, 0.25, LongRounds,
            $"1..{Many} | Submit-SlurmJob -Backend far {Held}", static site => site.RunOverSshAsync(Many, Bare)),
        Of("submit-array", $"{Tasks} jobs piped into `Submit-SlurmJob -AsArray`", "one `Submit-SlurmJob`", Bar.Ratio, 2, RoundsMeasured,
            $"1..{Tasks} | Submit-SlurmJob -AsArray -Backend here {Held}", null, $"Submit-SlurmJob -Backend here {Held}"),
    ];

    private static Row Of(
        string name, string what, string against, Bar bar, double limit, int rounds, string own, Func<SlurmSite, Task<double>>? bare, string bareScript = "") =>
        new(name, what, against, bar, limit, "ms", () => MeasureAsync(rounds, own, bare, bareScript)) { Missing = SlurmSite.Missing };

    private static async Task<Pair> MeasureAsync(int rounds, string own, Func<SlurmSite, Task<double>>? bare, string bareScript)
    {
        await using var site = await SlurmSite.StartAsync();
        using var session = new Session(folder: site.WorkFolder);
        return await Pair.InTurnAsync(rounds, () => ClearedAsync(site, () => TimeAsync(session, own)),
            () => ClearedAsync(site, bare is null ? () => TimeAsync(session, bareScript) : () => bare(site)));
    }

    private static async Task<double> ClearedAsync(SlurmSite site, Func<Task<double>> measure)
    {
        var figure = await measure();
        await site.ClearAsync();
        return figure;
    }

    private static Task<double> TimeAsync(Session session, string script)
    {
        using var pipeline = session.Prepare(script);
        var start = Stopwatch.GetTimestamp();
        pipeline.Invoke();
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return pipeline.HadErrors ? throw new InvalidOperationException(pipeline.Streams.Error[0].ToString()) : Task.FromResult(took);
    }
}

using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Management.Automation;
using GpuOps.Bench.Clusters;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>What Get-SlurmJob costs on a big cluster, how that grows, and what memory it needs beside its answer.</summary>
internal static class SlurmListRows
{
    private const int Many = 50_000, Few = Many / 10, RoundsMeasured = 15, RoundsWeighed = 3;
    private const double Linear = 12, BytesAJob = 400;
    private const string Script = "Get-SlurmJob -AllUser";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    public static Row[] All { get; } =
    [
        new("jobs-50000", $"`{Script}`, {Many} jobs", $"{Few} jobs", Bar.Figure, 1_000, "ms", MeasureAsync),
        new("jobs-linear", $"`{Script}`, {Many} jobs", $"{Few} jobs", Bar.Ratio, Linear, "ms", MeasureAsync),
        new("jobs-memory", $"`{Script}`, {Many} jobs, memory beside the answer, for each job", "the answer", Bar.Figure, BytesAJob, "B", WeighAsync),
    ];

    private static async Task<Pair> MeasureAsync()
    {
        using RecordedCluster many = new(Many), few = new(Few);
        using var settings = new UserSettings(("many", many.Backend), ("few", few.Backend));
        using var session = new Session();
        using PowerShell own = session.Prepare($"{Script} -Backend many"), bare = session.Prepare($"{Script} -Backend few");
        return await Pair.InTurnAsync(RoundsMeasured, () => TimeAsync(own, Many), () => TimeAsync(bare, Few));
    }

    private static Task<double> TimeAsync(PowerShell script, int jobs)
    {
        var start = Stopwatch.GetTimestamp();
        var found = Run(script);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return found.Count == jobs ? Task.FromResult(took) : throw new InvalidOperationException($"Of {jobs} jobs {found.Count} came.");
    }

    private static Task<Pair> WeighAsync()
    {
        using var many = new RecordedCluster(Many);
        using var settings = new UserSettings(("many", many.Backend));
        using var session = new Session();
        session.Run($"{Script} -Backend many | Out-Null");
        (double Beside, double Answer)[] rounds = [.. Enumerable.Range(0, RoundsWeighed).Select(_ => Weigh(session))];
        return Task.FromResult(new Pair([.. rounds.Select(static round => round.Beside)], [.. rounds.Select(static round => round.Answer)]));
    }

    /// <summary>What can be reached at any moment of the call less what its answer keeps, which shows when all the rest is collected again and again; in bytes a job.</summary>
    private static (double Beside, double Answer) Weigh(Session session)
    {
        // It keeps its last answer.
        using var script = session.Prepare($"{Script} -Backend many");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var end = new CancellationTokenSource();
        var looking = LookAsync(end.Token);
        var answer = Run(script);
        end.Cancel();
        var most = looking.GetAwaiter().GetResult();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        return ((double)(most - after) / answer.Count, (double)(after - before) / answer.Count);
    }

    private static Task<long> LookAsync(CancellationToken end) => Task.Factory.StartNew(() =>
    {
        var most = 0L;
        while (!end.WaitHandle.WaitOne(BetweenLooks))
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
        return most;
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Collection<PSObject> Run(PowerShell script)
    {
        var output = script.Invoke();
        return script.HadErrors ? throw new InvalidOperationException(script.Streams.Error[0].ToString()) : output;
    }
}

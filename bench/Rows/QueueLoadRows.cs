using System.Diagnostics;
using GpuOps.Bench.Clusters;
using GpuOps.Bench.Measuring;
using GpuOps.Pools;

namespace GpuOps.Bench.Rows;

/// <summary>Many jobs through few GPUs.</summary>
internal static class QueueLoadRows
{
    private const int Sleepers = 100, SleepRounds = 3, Short = 1_000, Behind = 10_000, ShortRounds = 3;
    private const double Growth = 1.2;

    /// <summary>Thirteen rounds of eight, a second each.</summary>
    private static readonly double Ideal = Math.Ceiling((double)Sleepers / QueueSite.Gpus) * 1_000;

    /// <summary>Two rows judge the same runs.</summary>
    private static readonly Lazy<Task<((double Elapsed, double Computed) Own, (double Elapsed, double Computed) Bare)[]>> ShortRuns = new(RunShortAsync);

    public static Row[] All { get; } =
    [
        new("queue-sleep", $"{Sleepers} × `sleep 1`, one GPU each, {QueueSite.Gpus} GPUs, from the first submission on", "the ideal", Bar.Ratio, 1.05, "ms", MeasureSleepAsync),
        new("queue-behind", $"each of {Short} short jobs through {QueueSite.Gpus} GPUs, {Behind} queued behind them", "nothing behind them", Bar.Ratio, Growth, "ms",
            () => MeasureShortAsync(static run => run.Elapsed)),
        new("queue-behind-cpu", "what the service and the supervisor compute for it", "nothing behind them", Bar.Ratio, Growth, "ms",
            () => MeasureShortAsync(static run => run.Computed)),
    ];

    private static async Task<Pair> MeasureSleepAsync()
    {
        List<double> times = [];
        await using var site = await QueueSite.StartAsync();
        await RunAsync(site, QueueSite.Gpus, "true");
        for (var round = 0; round < SleepRounds; round++)
            times.Add(await RunAsync(site, Sleepers, "sleep", "1"));
        return Pair.Against(Ideal, times);
    }

    private static async Task<double> RunAsync(QueueSite site, int count, params string[] program)
    {
        var start = Stopwatch.GetTimestamp();
        List<string> ids = [];
        for (var number = 0; number < count; number++)
            ids.Add((await site.Scheduler.SubmitJobAsync(site.Job(program), CancellationToken.None)).Id);
        await site.WaitAsync(ids);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<Pair> MeasureShortAsync(Func<(double Elapsed, double Computed), double> figure)
    {
        var runs = await ShortRuns.Value;
        return new Pair([.. runs.Select(run => figure(run.Own))], [.. runs.Select(run => figure(run.Bare))]);
    }

    private static async Task<((double, double) Own, (double, double) Bare)[]> RunShortAsync()
    {
        var runs = new ((double, double), (double, double))[ShortRounds];
        for (var round = 0; round < ShortRounds; round++)
            runs[round] = (await RunShortAsync(Behind), await RunShortAsync(0));
        return runs;
    }

    /// <summary>In ms a job.</summary>
    private static async Task<(double Elapsed, double Computed)> RunShortAsync(int behind)
    {
        IReadOnlyList<string> last = [];
        GpuReservation? held = null;
        await using var site = await QueueSite.StartAsync(async (site, store) =>
        {
            var job = site.Job("true");
            await store.AddAsync([.. Enumerable.Repeat(job, behind)], Environment.UserName, CancellationToken.None);
            var jobs = await store.AddAsync([.. Enumerable.Repeat(job with { Priority = 1 }, Short)], Environment.UserName, CancellationToken.None);
            last = [.. jobs.TakeLast(QueueSite.Gpus).Select(static job => job.Id.ToString(CultureInfo.InvariantCulture))];
            // Until everything is in place.
            held = await site.HoldAllAsync();
        });
        // The first of them has to stand in the pool's line by now.
        while ((await site.Pool.ReadAsync(Environment.MachineName, CancellationToken.None)).Queue.Count == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        var (service, supervisor) = await site.FindProcessesAsync();
        var (start, before) = (Stopwatch.GetTimestamp(), ProcessFigures.Computed(service, supervisor));
        await site.Pool.ReleaseAsync(Environment.MachineName, held!.Id, CancellationToken.None);
        await site.WaitAsync(last);
        var (elapsed, computed) = (Stopwatch.GetElapsedTime(start).TotalMilliseconds, ProcessFigures.Computed(service, supervisor) - before);
        return (elapsed / Short, computed / Short);
    }
}

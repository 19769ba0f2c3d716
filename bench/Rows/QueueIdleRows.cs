using System.Diagnostics;
using GpuOps.Bench.Clusters;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>What a service and its supervisor cost that have nothing to do, after they had something to do.</summary>
internal static class QueueIdleRows
{
    private const int JobsBefore = 100;
    private const double Share = 0.1, Megabytes = 120;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    /// <summary>The runtime's threads leave when they had nothing to do for 20 s.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(25);

    public static Row[] All { get; } =
    [
        new("queue-idle", $"of a core, idle service and supervisor, {Idle.TotalSeconds} s", "the limit", Bar.Figure, Share, "%", MeasureShareAsync),
        new("queue-memory", "memory of an idle service and its supervisor (PSS)", "RSS, which counts twice what they share", Bar.Figure, Megabytes, "MB", MeasureMemoryAsync),
    ];

    private static async Task<Pair> MeasureShareAsync()
    {
        await using var site = await QueueSite.StartAsync();
        var (service, supervisor) = await UseAsync(site);
        var (start, before) = (Stopwatch.GetTimestamp(), ProcessFigures.Computed(service, supervisor));
        await Task.Delay(Idle);
        var computed = ProcessFigures.Computed(service, supervisor) - before;
        return Pair.Against(Share, [100 * computed / Stopwatch.GetElapsedTime(start).TotalMilliseconds]);
    }

    private static async Task<Pair> MeasureMemoryAsync()
    {
        await using var site = await QueueSite.StartAsync();
        var (service, supervisor) = await UseAsync(site);
        return new Pair([ProcessFigures.Memory("Pss", service, supervisor)], [ProcessFigures.Memory("Rss", service, supervisor)]);
    }

    private static async Task<(int Service, int Supervisor)> UseAsync(QueueSite site)
    {
        List<string> ids = [];
        for (var number = 0; number < JobsBefore; number++)
            ids.Add((await site.Scheduler.SubmitJobAsync(site.Job("true"), CancellationToken.None)).Id);
        await site.WaitAsync(ids);
        // Before the rest: it is a connection.
        var processes = await site.FindProcessesAsync();
        await Task.Delay(Rest);
        return processes;
    }
}

using System.Diagnostics;
using GpuOps.Bench.Clusters;
using GpuOps.Bench.Measuring;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Bench.Rows;

/// <summary>What one who uses the queue waits for.</summary>
internal static class QueueRows
{
    private const int StartRounds = 50, SubmitRounds = 7, ListRounds = 25, Many = 100_000, Few = Many / 100, Submissions = 1_000, Page = 100, Submitters = 8;
    private const double Durable = 3, NanosecondsPerMillisecond = 1e6;

    /// <summary>A program that says when it runs, in ns since 1970.</summary>
    private static readonly string[] Clock = ["/bin/date", "+%s%N"];

    public static Row[] All { get; } =
    [
        new("queue-start", "`Submit-GpuJob -Gpus 1` → its process runs, idle service", "the same program as a bare process", Bar.Figure, 25, "ms", MeasureStartAsync),
        new("queue-submit", $"{Submissions} submissions, one after the other, each on the disk before it is answered", $"{Submissions} bare commits, as durable", Bar.Ratio, Durable, "ms",
            () => MeasureSubmitAsync(1)),
        new("queue-submit-8", $"the same by {Submitters} at once", $"{Submissions} bare commits, as durable", Bar.Ratio, Durable, "ms", () => MeasureSubmitAsync(Submitters)),
        new("queue-list", $"the first page ({Page}) of {Many} finished jobs", $"of {Few}", Bar.Figure, 20, "ms", MeasureListAsync),
    ];

    private static async Task<Pair> MeasureStartAsync()
    {
        await using var site = await QueueSite.StartAsync();
        using var session = new Session(site.Backend, site.WorkFolder);
        using var submit = session.Prepare($"Submit-GpuJob -Gpus 1 -- {string.Join(' ', Clock)}");
        return await Pair.InTurnAsync(StartRounds, OwnAsync, BareAsync);

        async Task<double> OwnAsync()
        {
            var start = DateTime.UtcNow;
            var id = ((GpuJob)submit.Invoke()[0].BaseObject).Id;
            await site.WaitAsync([id]);
            return Since(start, await File.ReadAllTextAsync(Path.Combine(site.Location.Folder, "jobs", id, "stdout.log")));
        }

        static async Task<double> BareAsync()
        {
            var start = DateTime.UtcNow;
            using var process = Process.Start(new ProcessStartInfo(Clock[0], Clock[1..]) { RedirectStandardOutput = true })!;
            return Since(start, await process.StandardOutput.ReadToEndAsync());
        }
    }

    private static double Since(DateTime start, string nanoseconds) =>
        (double.Parse(nanoseconds, CultureInfo.InvariantCulture) / NanosecondsPerMillisecond) - (start - DateTime.UnixEpoch).TotalMilliseconds;

    private static async Task<Pair> MeasureSubmitAsync(int submitters)
    {
        await using var site = await QueueSite.StartAsync();
        using var bare = new BareCommits(site.WorkFolder);
        // Held: what runs beside them is another row's.
        var job = site.Job("true") with { Hold = true };
        return await Pair.InTurnAsync(SubmitRounds, OwnAsync, () => Task.FromResult(bare.Time(Submissions)));

        async Task<double> OwnAsync()
        {
            var start = Stopwatch.GetTimestamp();
            await Parallel.ForAsync(0, Submissions, new ParallelOptions { MaxDegreeOfParallelism = submitters },
                async (_, stop) => await site.Scheduler.SubmitJobAsync(job, stop));
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    private static async Task<Pair> MeasureListAsync()
    {
        await using var many = await QueueSite.StartAsync((site, store) => FillAsync(site, store, Many));
        await using var few = await QueueSite.StartAsync((site, store) => FillAsync(site, store, Few));
        return await Pair.InTurnAsync(ListRounds, () => ListAsync(many), () => ListAsync(few));
    }

    private static async Task<double> ListAsync(QueueSite site)
    {
        var start = Stopwatch.GetTimestamp();
        var jobs = await site.Scheduler.ReadJobsAsync(new GpuJobQuery { Limit = Page, NewestFirst = true }, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return jobs.Count == Page ? took : throw new InvalidOperationException($"Of {Page} jobs {jobs.Count} came.");
    }

    private static async Task FillAsync(QueueSite site, QueueStore store, int count)
    {
        for (var left = count; left > 0; left -= Few)
        {
            var jobs = await store.AddAsync([.. Enumerable.Repeat(site.Job("true"), Few)], Environment.UserName, CancellationToken.None);
            await Task.WhenAll(jobs.Select(job => store.ChangeAsync(
                job.Id, static job => job with { State = GpuJobState.Completed, ExitCode = 0, Starts = 1, Gpus = [1], Started = job.Submitted, Ended = job.Submitted }, CancellationToken.None)));
        }
    }
}

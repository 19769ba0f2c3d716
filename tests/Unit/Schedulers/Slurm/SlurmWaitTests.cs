using GpuOps.Schedulers.Slurm;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>How often a wait asks the cluster.</summary>
public sealed class SlurmWaitTests
{
    private const int Jobs = 1_000, Intervals = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30), Moment = TimeSpan.FromMilliseconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_jobs_are_one_question_an_interval()
    {
        await using var cluster = new PlayedCluster { Jobs = [.. Enumerable.Range(1, Jobs).Select(static id => new SqueueRecord { Id = $"{id}", State = "PENDING" })] };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        var time = new AnnouncedTime();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var wait = new SlurmWait(scheduler, new SlurmWaitOptions { Interval = Interval }, time).RunAsync(
            [.. cluster.Jobs.Select(static job => SlurmJobId.Parse(job.Id))],
            static job => Assert.Fail($"{job} is over."), static (id, _) => Assert.Fail($"{id} is lost."), static _ => { }, stop.Token);
        for (var asked = 1; asked <= Intervals; asked++)
        {
            // The wait has asked, and waits for its time to come.
            await time.Armed.WaitAsync(Token);
            Assert.Equal(Enumerable.Repeat("squeue", asked), cluster.Calls.Select(static call => call.Arguments[0]));
            time.Advance(Interval - Moment);
            Assert.Equal(asked, cluster.Calls.Count);
            time.Advance(Moment);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    /// <summary>A clock that tells when somebody has begun to wait for it.</summary>
    private sealed class AnnouncedTime : FakeTimeProvider
    {
        public SemaphoreSlim Armed { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Armed.Release();
            return timer;
        }
    }
}

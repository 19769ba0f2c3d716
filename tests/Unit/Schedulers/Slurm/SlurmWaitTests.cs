using GpuOps.Channels;
using GpuOps.Errors;
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

    [Theory]
    [InlineData("TIMEOUT", SlurmJobState.Timeout)]
    [InlineData("OUT_OF_MEMORY", SlurmJobState.OutOfMemory)]
    [InlineData("NODE_FAIL", SlurmJobState.NodeFail)]
    [InlineData("PREEMPTED", SlurmJobState.Preempted)]
    [InlineData("BOOT_FAIL", SlurmJobState.BootFail)]
    [InlineData("DEADLINE", SlurmJobState.Deadline)]
    [InlineData("CANCELLED", SlurmJobState.Cancelled)]
    public async Task Every_way_to_end_ends_the_wait(string word, SlurmJobState state)
    {
        await using var cluster = new PlayedCluster { Jobs = [new SqueueRecord { Id = "123_4", State = word }, new SqueueRecord { Id = "1234", State = "RUNNING" }] };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        List<SlurmJob> ended = [];
        await new SlurmWait(scheduler, new SlurmWaitOptions { Interval = Interval }, new FakeTimeProvider()).RunAsync(
            [SlurmJobId.Parse("123_4")], ended.Add, static (id, _) => Assert.Fail($"{id} is lost."), static _ => { }, Token);
        Assert.Equal(("123_4", state), (Assert.Single(ended).Id.ToString(), ended[0].State));
    }

    [Theory]
    [InlineData("REQUEUED")]
    [InlineData("REQUEUE_HOLD")]
    [InlineData("SPECIAL_EXIT")]
    [InlineData("COMPLETING")]
    [InlineData("STAGE_OUT")]
    [InlineData("A_STATE_OF_TOMORROW")]
    public async Task What_goes_back_or_is_not_quite_over_is_waited_for(string word)
    {
        await using var cluster = new PlayedCluster { Jobs = [new SqueueRecord { State = word }] };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        var time = new AnnouncedTime();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var wait = new SlurmWait(scheduler, new SlurmWaitOptions { Interval = Interval }, time).RunAsync(
            [SlurmJobId.Parse("7")], static job => Assert.Fail($"{job} is over."), static (id, _) => Assert.Fail($"{id} is lost."), static _ => { }, stop.Token);
        await time.Armed.WaitAsync(Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task A_task_is_cancelled_by_its_own_id()
    {
        await using var cluster = new PlayedCluster();
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        await scheduler.CancelAsync([SlurmJobId.Parse("123_4")], null, Token);
        Assert.Equal(["scancel", "123_4"], Assert.Single(cluster.Calls).Arguments);
    }

    [Fact]
    public async Task More_ids_than_fit_are_asked_for_in_pieces()
    {
        await using var cluster = new PlayedCluster { Jobs = [.. Enumerable.Range(1_000_000, 20_000).Select(static id => new SqueueRecord { Id = $"{id}", State = "PENDING" })] };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        SlurmJobId[] ids = [.. cluster.Jobs.Select(static job => SlurmJobId.Parse(job.Id))];
        var read = await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = ids }, Token);
        Assert.Equal(ids, read.Jobs.Select(static job => job.Id));
        Assert.Equal(["squeue", "squeue"], cluster.Calls.Select(static call => call.Arguments[0]));
        cluster.Calls.Clear();
        await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = ids[..12_000] }, Token);
        Assert.Single(cluster.Calls);
    }

    [Fact]
    public async Task More_ids_than_fit_are_cancelled_in_pieces_and_one_that_is_refused_keeps_no_other()
    {
        await using var cluster = new PlayedCluster { Other = static _ => new CommandResult(1, [], "scancel: error: Kill job error on job id 1: Access/permission denied\n"u8.ToArray()) };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        SlurmJobId[] ids = [.. Enumerable.Range(1_000_000, 300_000).Select(static id => SlurmJobId.Parse($"{id}"))];
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => scheduler.CancelAsync(ids, "TERM", Token));
        Assert.Equal("SlurmNotAllowed", fault.Id);
        Assert.Equal(ids.Select(static id => id.ToString()), cluster.Calls.SelectMany(static call => call.Arguments.Skip(3)));
        // All words of a command together are at most 2 MiB, with a pointer for each.
        Assert.All(cluster.Calls, static call => Assert.InRange(call.Arguments.Sum(static word => word.Length + 9), 0, 1 << 20));
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

using System.Text;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Rigs;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>A real cluster as any other scheduler.</summary>
public sealed class SlurmGeneralTests(SlurmCluster cluster) : IAsyncDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);

    private SlurmScheduler? _scheduler;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    private IJobScheduler Scheduler => _scheduler ??= new SlurmScheduler(new LocalChannel(), new SlurmOptions("test") { Configuration = Rig.Configuration });

    public ValueTask DisposeAsync() => _scheduler?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_job_is_submitted_waited_for_and_its_log_read()
    {
        var job = await Scheduler.SubmitJobAsync(
            Request("sh", "-c", "echo \"$said\"; exit 3") with { Name = "general", Demand = new GpuDemand(Count: 1), Variables = new Dictionary<string, string> { ["said"] = "it's $HOME" } }, Token);
        Assert.IsType<SlurmJob>(job);

        var end = await Scheduler.WaitJobsAsync([job.Id], Often, Token).SingleAsync(Token);
        var (id, over) = end;
        Assert.Equal((job.Id, GpuJobState.Failed, 3, 1), (id, over!.State, over.ExitCode, over.Gpus));

        var text = new StringBuilder();
        await foreach (var piece in Scheduler.ReadLogsAsync([job.Id], new GpuJobLogOptions { Follow = true }, Token))
            text.Append(Encoding.UTF8.GetString(piece.Bytes.Span));
        Assert.Equal("it's $HOME\n", text.ToString());
    }

    [Fact]
    public async Task A_held_job_is_found_changed_let_go_and_ended()
    {
        var job = await Scheduler.SubmitJobAsync(Request("sleep", "600") with { Hold = true, TimeLimit = TimeSpan.FromMinutes(20) }, Token);
        Assert.Contains(await Scheduler.ReadJobsAsync(new GpuJobQuery { OnlyOwn = true, States = [GpuJobState.Queued] }, Token), it => it.Id == job.Id);

        var changed = await Scheduler.ChangeJobAsync(job.Id, new GpuJobChange { Name = "a new name", Priority = -5, TimeLimit = TimeSpan.FromMinutes(10) }, Token);
        Assert.Equal(("a new name", TimeSpan.FromMinutes(10), GpuJobState.Queued), (changed.Name, changed.TimeLimit, changed.State));

        await Scheduler.ChangeJobAsync(job.Id, new GpuJobChange { Hold = false }, Token);
        await Scheduler.StopJobAsync(job.Id, Token);
        Assert.Equal(GpuJobState.Cancelled, (await Scheduler.WaitJobsAsync([job.Id], Often, Token).SingleAsync(Token)).Job!.State);
        Assert.Equal("JobFinished", (await Assert.ThrowsAsync<GpuOpsException>(() => Scheduler.StopJobAsync(job.Id, Token))).Id);
    }

    [Fact]
    public async Task A_job_whose_dependency_failed_is_cancelled()
    {
        var first = await Scheduler.SubmitJobAsync(Request("false"), Token);
        var second = await Scheduler.SubmitJobAsync(Request("true") with { Dependencies = [new GpuJobDependency(first.Id)] }, Token);
        var third = await Scheduler.SubmitJobAsync(Request("true") with { Dependencies = [new GpuJobDependency(first.Id, GpuJobDependencyType.Any)] }, Token);
        var ends = await Scheduler.WaitJobsAsync([first.Id, second.Id, third.Id], Often, Token).ToDictionaryAsync(static end => end.Id, static end => end.Job!.State, cancellationToken: Token);
        Assert.Equal([GpuJobState.Failed, GpuJobState.Cancelled, GpuJobState.Completed], [ends[first.Id], ends[second.Id], ends[third.Id]]);
    }

    [Fact]
    public async Task What_Slurm_has_no_words_for_is_refused()
    {
        GpuJobRequest[] requests = [Request("true") with { Demand = new GpuDemand(Ids: [0]) }, Request("true") with { Demand = new GpuDemand(Share: 0.5m) }, Request("true") with { Retries = 1 }];
        foreach (var request in requests)
            Assert.Equal("JobRequestNotSupported", (await Assert.ThrowsAsync<GpuOpsException>(() => Scheduler.SubmitJobAsync(request, Token))).Id);
        Assert.Equal("JobRequestNotSupported", (await Assert.ThrowsAsync<GpuOpsException>(() => Scheduler.RemoveJobAsync("1", Token))).Id);
    }

    [Fact]
    public async Task An_unknown_job_is_told()
    {
        Assert.Empty(await Scheduler.ReadJobsAsync(new GpuJobQuery { Ids = ["999999"] }, Token));
        Assert.Equal("SlurmJobNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => Scheduler.StopJobAsync("999999", Token))).Id);
        Assert.Equal(new GpuJobEnd("999999", null), await Scheduler.WaitJobsAsync(["999999"], Often, Token).SingleAsync(Token));
    }

    private GpuJobRequest Request(params string[] arguments) => new() { Arguments = arguments, WorkFolder = Rig.WorkFolder };
}

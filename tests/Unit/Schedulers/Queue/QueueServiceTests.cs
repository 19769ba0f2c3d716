using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>What becomes of jobs, one at a time.</summary>
public sealed class QueueServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_gets_its_gpus_runs_and_gives_them_back()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 4);
        var id = await rig.SubmitAsync(QueueRig.Gpus(2) with
        {
            Name = "seed 1", Arguments = ["sh", "-c", "{\"a\":1}"], Variables = new Dictionary<string, string> { ["A"] = "b", ["PATH"] = "/mine" }, TimeLimit = TimeSpan.FromHours(1),
        });
        var job = await rig.UntilAsync(id, GpuJobState.Running);
        Assert.Equal((2, 2, "ann", "seed 1"), (job.Gpus, job.GpuId.Count, job.User, job.Name));
        var held = Assert.Single((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations);
        Assert.Equal((job.GpuId[0], ReservationKind.Command, "seed 1", "ann", rig.Played.Process), (held.GpuId[0], held.Kind, held.Note, held.User, held.Holder));

        var order = Assert.Single(rig.Played.Started);
        Assert.Equal(("1.1", TimeSpan.FromHours(1), held.Id), (order.Id, order.TimeLimit, order.Reservation!.Id));
        Assert.Equal(["sh", "-c", "{\"a\":1}"], order.Arguments);
        Assert.Equal(("b", "/mine", "1", false), (order.Variables["A"], order.Variables["PATH"], order.Variables["GPUOPS_JOB_ID"], order.Variables.ContainsKey("SECRET_OF_THE_SERVICE")));
        Assert.Equal((Path.Combine(rig.StoreOptions.JobsFolder, "1", "stdout.log"), job.ErrorPath), (order.OutputPath, order.ErrorPath));

        await rig.Played.EndAsync("1.1");
        job = await rig.UntilAsync(id, GpuJobState.Completed);
        Assert.Equal((0, 0, ""), (job.ExitCode, job.RestartCount, job.Reason));
        Assert.True(job.StartTime >= job.SubmitTime && job.EndTime >= job.StartTime && job.Elapsed >= TimeSpan.Zero);
        Assert.Empty((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations);
        await rig.UntilAsync(() => Task.FromResult(rig.Played.Known.Count == 0), "That the supervisor may forget");
        Assert.Empty(rig.Log);
    }

    [Theory]
    [InlineData(3, null, null, false, GpuJobState.Failed, "It ended with exit code 3.")]
    [InlineData(null, 9, null, false, GpuJobState.Failed, "Signal 9 ended it.")]
    [InlineData(null, 15, null, true, GpuJobState.Failed, "Its time limit of 01:00:00 was up.")]
    [InlineData(null, null, "gone", false, GpuJobState.Lost, "gone")]
    public async Task A_job_ends_as_its_program_did(int? exitCode, int? signal, string? fault, bool timedOut, GpuJobState state, string reason)
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        var id = await rig.SubmitAsync(QueueRig.Gpus(1) with { TimeLimit = TimeSpan.FromHours(1), Retries = state == GpuJobState.Lost || timedOut ? 3 : 0 });
        await rig.UntilAsync(id, GpuJobState.Running);
        await rig.Played.EndAsync("1.1", exitCode, signal, fault, timedOut);
        var job = await rig.UntilAsync(id, state);
        Assert.Equal((exitCode, signal, reason), (job.ExitCode, job.Signal, job.Reason));
    }

    [Fact]
    public async Task A_script_is_run_as_it_came()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 0);
        var script = "#!/bin/sh\necho ä\0"u8.ToArray();
        await rig.UntilAsync(await rig.SubmitAsync(QueueFolder.Job() with { Script = script, Arguments = ["a b"], MergeStreams = true }), GpuJobState.Running);
        var order = Assert.Single(rig.Played.Started);
        Assert.Equal([Path.Combine(rig.StoreOptions.JobsFolder, "1", "script"), "a b"], order.Arguments);
        Assert.Equal(script, await File.ReadAllBytesAsync(order.Arguments[0], Token));
        Assert.Equal(order.OutputPath, order.ErrorPath);
        Assert.Equal("", order.Variables["CUDA_VISIBLE_DEVICES"]);
    }

    [Theory]
    [InlineData(2, "", 3, 3)]
    [InlineData(2, "7 75", 75, 3)]
    [InlineData(2, "7 75", 3, 1)]
    [InlineData(0, "", 3, 1)]
    public async Task A_job_that_fails_is_started_again(int retries, string codes, int exitCode, int starts)
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        rig.Played.Program = _ => Task.FromResult<int?>(exitCode);
        var id = await rig.SubmitAsync(QueueRig.Gpus(1) with { Retries = retries, RetryExitCodes = [.. codes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)] });
        var job = await rig.UntilAsync(id, GpuJobState.Failed);
        Assert.Equal((exitCode, starts - 1), (job.ExitCode, job.RestartCount));
        Assert.Equal(Enumerable.Range(1, starts).Select(start => $"1.{start}"), rig.Played.StartIds);
        Assert.Empty((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations);
    }

    [Fact]
    public async Task Jobs_wait_for_jobs()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 4);
        await rig.SubmitAsync(QueueRig.Gpus(1));
        var second = await rig.SubmitAsync(QueueRig.Gpus(1) with { Dependencies = [new("1")] });
        var third = await rig.SubmitAsync(QueueRig.Gpus(1) with { Dependencies = [new("2")] });
        var any = await rig.SubmitAsync(QueueRig.Gpus(1) with { Dependencies = [new("2", GpuJobDependencyType.Any)] });
        await rig.UntilAsync("1", GpuJobState.Running);
        Assert.Equal("It waits for job 1.", (await rig.Service.FindAsync(second, Token))!.Reason);
        await rig.Played.EndAsync("1.1");
        await rig.UntilAsync(second, GpuJobState.Running);
        await rig.Played.EndAsync("2.1", 1);
        Assert.Equal("Job 2, which it was to follow, is Failed.", (await rig.UntilAsync(third, GpuJobState.Cancelled)).Reason);
        await rig.UntilAsync(any, GpuJobState.Running);
        Assert.Equal(["1.1", "2.1", "4.1"], rig.Played.StartIds);
    }

    [Fact]
    public async Task A_held_job_starts_when_it_is_let_go()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        var held = await rig.SubmitAsync(QueueRig.Gpus(1, priority: 9) with { Hold = true });
        var other = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(other, GpuJobState.Running);
        Assert.Equal("It is held.", (await rig.Service.FindAsync(held, Token))!.Reason);
        await rig.Service.ChangeAsync(held, new GpuJobChange { Hold = false, Name = "let go", TimeLimit = TimeSpan.FromMinutes(5) }, Token);
        await rig.UntilInLineAsync(held);

        // And the other way: what stands in the pool's line is taken out of it.
        await rig.Service.ChangeAsync(held, new GpuJobChange { Hold = true }, Token);
        await rig.UntilAsync(async () => (await rig.Pool.ReadAsync(QueueRig.Host, Token)).Queue.Count == 0, "An empty line");
        await rig.Service.ChangeAsync(held, new GpuJobChange { Hold = false }, Token);
        await rig.Played.EndAsync("2.1");
        var job = await rig.UntilAsync(held, GpuJobState.Running);
        Assert.Equal(("let go", TimeSpan.FromMinutes(5)), (job.Name, rig.Played.Started[^1].TimeLimit));
        Assert.Equal("JobNotQueued", (await Assert.ThrowsAsync<GpuOpsException>(() => rig.Service.ChangeAsync(held, new GpuJobChange { Hold = true }, Token))).Id);
    }

    [Fact]
    public async Task A_job_that_waits_is_cancelled_at_once()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(1)), GpuJobState.Running);
        var waits = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilInLineAsync(waits);
        var job = await rig.Service.CancelAsync(waits, "bob", Token);
        Assert.Equal((GpuJobState.Cancelled, "bob cancelled it."), (job.State, job.Reason));
        await rig.UntilAsync(async () => (await rig.Pool.ReadAsync(QueueRig.Host, Token)).Queue.Count == 0, "An empty line");
        await rig.Played.EndAsync("1.1");
        var last = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(last, GpuJobState.Running);
        Assert.Equal(["1.1", "3.1"], rig.Played.StartIds);
        // Over is over.
        Assert.Equal("bob cancelled it.", (await rig.Service.CancelAsync(waits, "eve", Token)).Reason);
    }

    [Fact]
    public async Task A_job_that_runs_is_cancelled_when_nothing_of_it_is_left()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        rig.Played.IsStubborn = true;
        var id = await rig.SubmitAsync(QueueRig.Gpus(1) with { Retries = 5 });
        await rig.UntilAsync(id, GpuJobState.Running);
        var waits = await rig.SubmitAsync(QueueRig.Gpus(1));
        Assert.Equal(GpuJobState.Running, (await rig.Service.CancelAsync(id, "ann", Token)).State);
        await rig.UntilInLineAsync(waits);
        await rig.UntilAsync(() => Task.FromResult(rig.Played.Stopped.Contains("1.1")), "The end of the run");
        Assert.Equal(GpuJobState.Running, (await rig.Service.FindAsync(id, Token))!.State);
        await rig.Played.EndAsync("1.1", null, 9);
        var job = await rig.UntilAsync(id, GpuJobState.Cancelled);
        Assert.Equal(("ann cancelled it.", 9), (job.Reason, job.Signal));
        await rig.UntilAsync(waits, GpuJobState.Running);
    }

    [Fact]
    public async Task A_queue_that_ends_its_jobs_starts_no_others_with_their_gpus()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        var runs = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(runs, GpuJobState.Running);
        var waits = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilInLineAsync(waits);
        await rig.Service.EndJobsAsync("ann", Token);
        await rig.UntilAsync(async () => await rig.Pool.ReadAsync(QueueRig.Host, Token) is { Reservations.Count: 0, Queue.Count: 0 }, "An empty pool");
        Assert.Equal((GpuJobState.Cancelled, GpuJobState.Queued), ((await rig.Service.FindAsync(runs, Token))!.State, (await rig.Service.FindAsync(waits, Token))!.State));
        Assert.Equal(["1.1"], rig.Played.StartIds);
    }

    [Fact]
    public async Task A_job_that_is_being_started_is_cancelled_too()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        var gate = new TaskCompletionSource();
        rig.Played.Gate = _ => gate.Task;
        var id = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(id, GpuJobState.Starting);
        Assert.Equal(GpuJobState.Starting, (await rig.Service.CancelAsync(id, "ann", Token)).State);
        gate.SetResult();
        await rig.UntilAsync(id, GpuJobState.Cancelled);
        Assert.Empty(rig.Played.Running);
        Assert.Empty((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations);
    }

    [Fact]
    public async Task A_job_that_is_over_can_be_removed_with_what_it_wrote()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 0);
        var id = await rig.SubmitAsync(QueueFolder.Job());
        await rig.UntilAsync(id, GpuJobState.Running);
        var folder = Path.Combine(rig.StoreOptions.JobsFolder, id);
        Assert.Equal("JobNotFinished", (await Assert.ThrowsAsync<GpuOpsException>(() => rig.Service.RemoveAsync(id, Token))).Id);
        Assert.True(Directory.Exists(folder));
        await rig.Played.EndAsync("1.1");
        await rig.UntilAsync(id, GpuJobState.Completed);
        await rig.Service.RemoveAsync(id, Token);
        Assert.Null(await rig.Service.FindAsync(id, Token));
        Assert.False(Directory.Exists(folder));
        Assert.Equal("JobNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => rig.Service.RemoveAsync(id, Token))).Id);
        Assert.Equal("JobNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => rig.Service.CancelAsync("../1", "eve", Token))).Id);
    }

    [Fact]
    public async Task A_signal_goes_to_the_program()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 0);
        var id = await rig.SubmitAsync(QueueFolder.Job() with { Hold = true });
        Assert.Equal("JobNotRunning", (await Assert.ThrowsAsync<GpuOpsException>(() => rig.Service.SignalAsync(id, 10, Token))).Id);
        await rig.Service.ChangeAsync(id, new GpuJobChange { Hold = false }, Token);
        await rig.UntilAsync(id, GpuJobState.Running);
        await rig.Service.SignalAsync(id, 10, Token);
        Assert.Equal(10, (await rig.UntilAsync(id, GpuJobState.Failed)).Signal);
    }

    [Fact]
    public async Task Who_watches_too_slowly_is_told_so()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 0);
        await using var news = rig.Service.Watch(Token).GetAsyncEnumerator(Token);
        await rig.Service.SubmitAsync([.. Enumerable.Range(0, QueueWatchers.Room + 5).Select(_ => QueueFolder.Job() with { Hold = true })], "ann", Token);
        Assert.True(await news.MoveNextAsync());
        Assert.Equal(QueueEventKind.Missed, news.Current.Kind);
        Assert.True(await news.MoveNextAsync());
        Assert.Equal((QueueEventKind.Changed, "6"), (news.Current.Kind, news.Current.Id));
        await rig.Service.CancelAsync("1", "ann", Token);
        await rig.Service.RemoveAsync("1", Token);
        while (news.Current.Kind != QueueEventKind.Removed)
            Assert.True(await news.MoveNextAsync());
        Assert.Equal("1", news.Current.Id);
    }
}

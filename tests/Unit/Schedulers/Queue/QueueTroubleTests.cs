using GpuOps.Rigs;
using GpuOps.Schedulers;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>Supervisors, pools and disks that fail.</summary>
public sealed class QueueTroubleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pool_that_is_not_there_yet_delays_jobs_with_gpus_only()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 0);
        var waits = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(await rig.SubmitAsync(QueueFolder.Job()), GpuJobState.Running);
        await rig.UntilAsync(async () => (await rig.Service.FindAsync(waits, Token))!.Reason.Contains("Initialize-GpuPool", StringComparison.Ordinal), "The reason");
        await rig.InitializeAsync(1);
        rig.Service.LookAgain();
        await rig.UntilAsync(waits, GpuJobState.Running);
        Assert.Empty(rig.Log);
    }

    [Fact]
    public async Task A_demand_that_cannot_be_met_keeps_nobody_waiting_and_is_met_later()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        var wide = await rig.SubmitAsync(QueueRig.Gpus(4, priority: 9));
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(2)), GpuJobState.Running);
        var job = (await rig.Service.FindAsync(wide, Token))!;
        Assert.Equal(GpuJobState.Queued, job.State);
        Assert.Contains("has 2 GPUs in service", job.Reason, StringComparison.Ordinal);
        await rig.InitializeAsync(4);
        rig.Service.LookAgain();
        await rig.UntilInLineAsync(wide);
        await rig.Played.EndAsync("2.1");
        await rig.UntilAsync(wide, GpuJobState.Running);
    }

    [Fact]
    public async Task A_demand_that_cannot_be_met_is_tried_again_by_itself()
    {
        var time = new FakeTimeProvider();
        await using var rig = await QueueRig.StartAsync(gpus: 1, time: time);
        var wide = await rig.SubmitAsync(QueueRig.Gpus(2));
        await rig.UntilAsync(async () => (await rig.Service.FindAsync(wide, Token))!.Reason.Contains("in service", StringComparison.Ordinal), "The reason");
        await rig.InitializeAsync(2);
        time.Advance(TimeSpan.FromSeconds(11));
        await rig.UntilAsync(wide, GpuJobState.Running);
    }

    [Fact]
    public async Task Jobs_wait_while_there_is_no_supervisor()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        rig.Played.IsAway = true;
        rig.Played.Disconnect();
        await rig.UntilAsync(() => Task.FromResult(rig.Service.Trouble is not null), "The trouble");
        var id = await rig.SubmitAsync(QueueRig.Gpus(1));
        Assert.Equal("The supervisor has gone.", (await rig.Service.FindAsync(id, Token))!.Reason);
        rig.Played.IsAway = false;
        await rig.UntilAsync(id, GpuJobState.Running);
        Assert.Null(rig.Service.Trouble);
    }

    [Fact]
    public async Task Jobs_go_on_when_only_the_connection_breaks()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        string[] ids = [await rig.SubmitAsync(QueueRig.Gpus(1)), await rig.SubmitAsync(QueueRig.Gpus(1)), await rig.SubmitAsync(QueueRig.Gpus(1))];
        await rig.UntilAsync(ids[1], GpuJobState.Running);
        await rig.UntilAsync(ids[0], GpuJobState.Running);
        await rig.UntilInLineAsync(ids[2]);
        rig.Played.IsAway = true;
        rig.Played.Disconnect();
        await rig.Played.EndAsync("1.1", 4);
        rig.Played.IsAway = false;
        Assert.Equal(4, (await rig.UntilAsync(ids[0], GpuJobState.Failed)).ExitCode);
        await rig.UntilAsync(ids[2], GpuJobState.Running);
        await rig.Played.EndAsync("2.1");
        await rig.UntilAsync(ids[1], GpuJobState.Completed);
        Assert.Equal(["1.1", "2.1", "3.1"], rig.Played.StartIds.Order());
    }

    [Fact]
    public async Task Jobs_whose_supervisor_died_are_lost_and_not_run_again()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        string[] ids = [await rig.SubmitAsync(QueueRig.Gpus(2) with { Retries = 3 }), await rig.SubmitAsync(QueueRig.Gpus(2)), await rig.SubmitAsync(QueueRig.Gpus(1) with { Dependencies = [new("1")] })];
        await rig.UntilAsync(ids[0], GpuJobState.Running);
        await rig.UntilInLineAsync(ids[1]);
        rig.Played.Crash();
        await rig.UntilAsync(ids[0], GpuJobState.Lost);
        await rig.UntilAsync(ids[2], GpuJobState.Cancelled);
        await rig.UntilAsync(ids[1], GpuJobState.Running);
        Assert.Equal(["1.1", "2.1"], rig.Played.StartIds);
        Assert.Empty(rig.Played.Offences);
        Assert.Equal(rig.Played.Process, Assert.Single((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations).Holder);
    }

    [Fact]
    public async Task A_start_whose_answer_was_lost_is_not_made_twice()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Played.Gate = async _ =>
        {
            reached.TrySetResult();
            await go.Task;
        };
        var id = await rig.SubmitAsync(QueueRig.Gpus(1));
        await reached.Task;
        rig.Played.Disconnect();
        go.SetResult();
        await rig.UntilAsync(id, GpuJobState.Running);
        Assert.Equal(["1.1"], rig.Played.StartIds);
        await rig.Played.EndAsync("1.1");
        await rig.UntilAsync(id, GpuJobState.Completed);
        await rig.UntilAsync(async () => (await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations.Count == 0, "An empty pool");
    }

    [Fact]
    public async Task A_full_disk_loses_no_end()
    {
        if (FullDisk.Missing is { } missing)
            Assert.Skip(missing);
        await using var disk = await FullDisk.MountAsync(takesNames: true, kilobytes: 4096);
        disk.Clear();
        await using var rig = await QueueRig.StartAsync(gpus: 1, folder: Path.Combine(disk.Path, "queue"));
        var id = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(id, GpuJobState.Running);
        var waits = await rig.SubmitAsync(QueueRig.Gpus(1));
        disk.Fill();
        await FillLogAsync(rig);
        await rig.Played.EndAsync("1.1", 5);
        await rig.UntilAsync(() => Task.FromResult(rig.Service.Trouble?.Contains("is full", StringComparison.Ordinal) == true), "The trouble");
        Assert.Equal(["1.1"], rig.Played.Known);
        disk.Clear();
        Assert.Equal(5, (await rig.UntilAsync(id, GpuJobState.Failed)).ExitCode);
        await rig.UntilAsync(waits, GpuJobState.Running);
        Assert.Null(rig.Service.Trouble);
        Assert.Equal(["1.1", "2.1"], rig.Played.StartIds);
    }

    /// <summary>SQLite's log keeps the room it once had; this takes it.</summary>
    private static async Task FillLogAsync(QueueRig rig)
    {
        for (var size = 200_000; size > 10; size /= 2)
        {
            try
            {
                while (true)
                    await rig.Service.SubmitAsync([QueueFolder.Job() with { Hold = true, Arguments = [new string('x', size)] }], "ann", Token);
            }
            catch (GpuOps.Errors.GpuOpsException full) when (full.Id == "QueueStoreFull")
            {
                // Smaller ones may still fit.
            }
        }
    }
}

using GpuOps.Pools;
using GpuOps.Schedulers;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>Services that end, in good order and in the middle of anything.</summary>
public sealed class QueueRestartTests
{
    private const int Restarts = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_service_goes_on_where_the_old_one_was()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        string[] ids = [await rig.SubmitAsync(QueueRig.Gpus(1)), await rig.SubmitAsync(QueueRig.Gpus(1)), await rig.SubmitAsync(QueueRig.Gpus(1)), await rig.SubmitAsync(QueueRig.Gpus(1) with { Hold = true })];
        await rig.UntilAsync(ids[0], GpuJobState.Running);
        await rig.UntilAsync(ids[1], GpuJobState.Running);
        await rig.UntilInLineAsync(ids[2]);
        await rig.CloseAsync();
        Assert.Empty((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Queue);
        await rig.Played.EndAsync("1.1", 6);

        await rig.OpenAsync();
        Assert.Equal(6, (await rig.UntilAsync(ids[0], GpuJobState.Failed)).ExitCode);
        await rig.UntilAsync(ids[2], GpuJobState.Running);
        Assert.Equal(GpuJobState.Running, (await rig.Service.FindAsync(ids[1], Token))!.State);
        Assert.Equal("It is held.", (await rig.Service.FindAsync(ids[3], Token))!.Reason);
        Assert.Equal(["1.1", "2.1", "3.1"], rig.Played.StartIds.Order());
    }

    [Fact]
    public async Task A_cancellation_is_not_forgotten()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        rig.Played.IsStubborn = true;
        var id = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilAsync(id, GpuJobState.Running);
        rig.Played.IsAway = true;
        rig.Played.Disconnect();
        await rig.Service.CancelAsync(id, "ann", Token);
        await rig.CloseAsync();
        rig.Played.IsAway = false;
        await rig.OpenAsync();
        await rig.UntilAsync(() => Task.FromResult(rig.Played.Stopped.Contains("1.1")), "The end of the run");
        await rig.Played.EndAsync("1.1", null, 9);
        Assert.Equal("ann cancelled it.", (await rig.UntilAsync(id, GpuJobState.Cancelled)).Reason);
    }

    [Fact]
    public async Task What_a_killed_service_left_in_the_pool_is_used_or_given_back()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(2)), GpuJobState.Running);
        var waits = await rig.SubmitAsync(QueueRig.Gpus(2));
        await rig.UntilInLineAsync(waits);
        var instance = rig.Store.Instance;
        await rig.CloseAsync();
        await LeaveAsync(rig, $"{instance}-{waits}.1");
        await LeaveAsync(rig, $"{instance}-{waits}.7");
        await LeaveAsync(rig, $"{instance}-99.1");
        await LeaveAsync(rig, "somebody-1.1");
        await rig.OpenAsync();
        await rig.UntilAsync(
            async () => string.Join(' ', (await rig.Pool.ReadAsync(QueueRig.Host, Token)).Queue.Select(entry => entry.Id)) == $"{instance}-{waits}.1 somebody-1.1",
            "The wanted and the foreign claim alone");
        await rig.Played.EndAsync("1.1");
        await rig.UntilAsync(waits, GpuJobState.Running);
    }

    /// <summary>
    /// The service is cut off from pool and supervisor at a random moment, as when it is killed, and another one comes; over
    /// and over, while jobs are submitted, cancelled, run and end.
    /// </summary>
    [Fact]
    public async Task A_hundred_kills_lose_nothing_and_run_nothing_twice()
    {
        var random = new Random(11);
        using var cut = new CutOff();
        await using var rig = await QueueRig.StartAsync(gpus: 4);
        await rig.CloseAsync();
        (rig.Through, rig.Connect) = (cut.Pool, token => cut.ConnectAsync(rig.Played, token));
        rig.Played.Program = async order =>
        {
            await Task.Delay(random.Next(25), Token);
            return int.Parse(order.Id.Split('.')[0], null) % 10 == 0 ? 1 : 0;
        };
        List<string> accepted = [];
        for (var round = 0; round < Restarts; round++)
        {
            cut.Heal();
            await rig.OpenAsync();
            var jobs = await rig.Service.SubmitAsync([.. Enumerable.Range(0, 5).Select(_ => Any(random))], "ann", Token);
            accepted.AddRange(jobs.Select(job => job.Id));
            if (round % 4 == 0)
                await rig.Service.CancelAsync(accepted[random.Next(accepted.Count)], "ann", Token);
            await Task.Delay(random.Next(30), Token);
            cut.Cut();
            var closing = rig.CloseAsync();
            cut.Bury();
            await closing;
        }

        cut.Heal();
        await rig.OpenAsync();
        foreach (var id in accepted)
        {
            var job = await rig.UntilAsync(id, it => it.IsFinished);
            if (job.State != GpuJobState.Cancelled)
                Assert.Equal(int.Parse(id, null) % 10 == 0 ? GpuJobState.Failed : GpuJobState.Completed, job.State);
        }

        Assert.Equal(Restarts * 5, accepted.Distinct().Count());
        Assert.Empty(rig.Played.Offences);
        Assert.Empty(rig.Played.Running);
        Assert.Equal(rig.Played.StartIds.Distinct(), rig.Played.StartIds);
        await rig.UntilAsync(async () => await rig.Pool.ReadAsync(QueueRig.Host, Token) is { Reservations.Count: 0, Queue.Count: 0 }, "An empty pool");
        await rig.UntilAsync(() => Task.FromResult(rig.Played.Known.Count == 0), "That the supervisor may forget");
        Assert.Empty(rig.Log);
    }

    private static GpuJobRequest Any(Random random) => random.Next(4) switch
    {
        0 => QueueFolder.Job(),
        1 => QueueRig.Named(random.Next(4)),
        2 => QueueFolder.Job() with { Demand = new GpuDemand(Share: 0.5m) },
        _ => QueueRig.Gpus(1 + random.Next(4)),
    } with { Priority = random.Next(2), Retries = random.Next(2) };

    private static Task<ReservationDecision> LeaveAsync(QueueRig rig, string id) => rig.Pool.RequestAsync(
        new ReservationRequest { Id = id, Host = QueueRig.Host, Demand = new GpuDemand(Count: 2), User = "ann", ActualUser = "ann", Kind = ReservationKind.Command, Holder = rig.Played.Process },
        Token);
}

using GpuOps.Pools;
using GpuOps.Schedulers;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>Which job gets which GPU, and when.</summary>
public sealed class QueueDispatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_gpu_is_ever_used_twice()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 8);
        var random = new Random(7);
        rig.Played.Program = async _ =>
        {
            await Task.Delay(random.Next(12), Token);
            return 0;
        };
        GpuJobRequest[] requests = [.. Enumerable.Range(0, 200).Select(_ => random.Next(5) switch
        {
            0 => QueueFolder.Job() with { Demand = new GpuDemand(Share: 0.3m) },
            1 => QueueRig.Named(random.Next(8)),
            2 => QueueFolder.Job(),
            _ => QueueRig.Gpus(1 + random.Next(8)),
        } with { Priority = random.Next(3) })];
        // People in between.
        var people = Task.Run(async () =>
        {
            for (var turn = 0; turn < 30; turn++)
            {
                var held = await rig.ReserveAsync(new GpuDemand(Count: 1 + turn % 3));
                rig.Played.UseGpus(held, "eve");
                await Task.Yield();
                rig.Played.LeaveGpus(held);
                await rig.Pool.ReleaseAsync(QueueRig.Host, held.Id, Token);
            }
        }, Token);
        var jobs = await Task.WhenAll(requests.Select(rig.SubmitAsync));
        foreach (var id in jobs)
            await rig.UntilAsync(id, GpuJobState.Completed);
        await people;
        Assert.Empty(rig.Played.Offences);
        Assert.Equal(jobs.Select(id => $"{id}.1").Order(), rig.Played.StartIds.Order());
        Assert.Empty((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Reservations);
        Assert.Empty(rig.Log);
    }

    [Fact]
    public async Task A_wide_job_is_not_starved_by_narrow_ones()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 4);
        for (var id = 1; id <= 4; id++)
            await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(1)), GpuJobState.Running);
        var wide = await rig.SubmitAsync(QueueRig.Gpus(4));
        string[] narrow = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => rig.SubmitAsync(QueueRig.Gpus(1))))];
        await rig.UntilInLineAsync(wide);
        for (var id = 1; id <= 4; id++)
        {
            Assert.Equal(4, rig.Played.StartIds.Count);
            await rig.Played.EndAsync($"{id}.1");
        }

        await rig.UntilAsync(wide, GpuJobState.Running);
        Assert.Equal($"{wide}.1", rig.Played.StartIds[4]);
        await rig.Played.EndAsync($"{wide}.1");
        foreach (var id in narrow.Take(4))
            await rig.UntilAsync(id, GpuJobState.Running);
    }

    [Fact]
    public async Task The_higher_priority_goes_first_also_when_it_comes_later()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(2)), GpuJobState.Running);
        var low = await rig.SubmitAsync(QueueRig.Gpus(2));
        await rig.UntilInLineAsync(low);
        var high = await rig.SubmitAsync(QueueRig.Gpus(2, priority: 5));
        await rig.UntilInLineAsync(high);
        var higher = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.Service.ChangeAsync(higher, new GpuJobChange { Priority = 9 }, Token);
        await rig.UntilInLineAsync(higher);
        Assert.Single((await rig.Pool.ReadAsync(QueueRig.Host, Token)).Queue);
        await rig.Played.EndAsync("1.1");
        await rig.UntilAsync(higher, GpuJobState.Running);
        await rig.UntilInLineAsync(high);
        await rig.Played.EndAsync($"{higher}.1");
        await rig.UntilAsync(high, GpuJobState.Running);
        await rig.Played.EndAsync($"{high}.1");
        await rig.UntilAsync(low, GpuJobState.Running);
        Assert.Equal(["1.1", $"{higher}.1", $"{high}.1", $"{low}.1"], rig.Played.StartIds);
    }

    /// <summary>The pool grants a request in the very moment in which a job of higher priority comes.</summary>
    [Fact]
    public async Task A_request_that_was_taken_back_starts_nothing_when_it_is_granted_all_the_same()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        await rig.CloseAsync();
        var (granted, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Through = pool => LateAnswer.Of(pool, async answer =>
        {
            if (answer is ReservationDecision { Reservation.Id: var id } && id.EndsWith("-2.1", StringComparison.Ordinal) && granted.TrySetResult())
                await go.Task;
        });
        await rig.OpenAsync();
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(1)), GpuJobState.Running);
        var low = await rig.SubmitAsync(QueueRig.Gpus(1));
        await rig.UntilInLineAsync(low);
        await rig.Played.EndAsync("1.1");
        await granted.Task;
        var high = await rig.SubmitAsync(QueueRig.Gpus(1, priority: 5));
        // What came later was seen, and so was this.
        await rig.UntilAsync(await rig.SubmitAsync(QueueFolder.Job()), GpuJobState.Running);
        go.SetResult();
        await rig.UntilAsync(high, GpuJobState.Running);
        await rig.Played.EndAsync($"{high}.1");
        await rig.UntilAsync(low, GpuJobState.Running);
        Assert.Equal(["1.1", "4.1", $"{high}.1", $"{low}.1"], rig.Played.StartIds);
        Assert.Empty(rig.Played.Offences);
    }

    [Fact]
    public async Task A_job_goes_ahead_with_a_gpu_that_the_first_could_not_use()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 2);
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Named(0)), GpuJobState.Running);
        var waits = await rig.SubmitAsync(QueueRig.Named(0));
        var passes = await rig.SubmitAsync(QueueRig.Gpus(1));
        var blocked = await rig.SubmitAsync(QueueRig.Gpus(1));
        Assert.Equal([1], (await rig.UntilAsync(passes, GpuJobState.Running)).GpuId);
        await rig.UntilInLineAsync(blocked);
        await rig.Played.EndAsync("1.1");
        Assert.Equal([0], (await rig.UntilAsync(waits, GpuJobState.Running)).GpuId);
        Assert.Equal(GpuJobState.Queued, (await rig.Service.FindAsync(blocked, Token))!.State);
    }

    [Fact]
    public async Task People_and_jobs_wait_in_one_line()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 1);
        await rig.UntilAsync(await rig.SubmitAsync(QueueRig.Gpus(1)), GpuJobState.Running);
        var person = rig.ReserveAsync(new GpuDemand(Count: 1));
        await rig.UntilAsync(async () => (await rig.Pool.ReadAsync(QueueRig.Host, Token)).Queue.Count == 1, "The person in line");
        var job = await rig.SubmitAsync(QueueRig.Gpus(1));
        // Where it stands is no change of the job: nobody is told.
        await rig.UntilAsync(
            async () => (await rig.Service.FindAsync(job, Token))!.Reason == "It waits for 1 GPU, at place 2 of 2 in the pool's line.", "The place in the pool's line");
        await rig.Played.EndAsync("1.1");
        var held = await person;
        Assert.Equal(GpuJobState.Queued, (await rig.Service.FindAsync(job, Token))!.State);
        await rig.Pool.ReleaseAsync(QueueRig.Host, held.Id, Token);
        await rig.UntilAsync(job, GpuJobState.Running);
    }

    [Fact]
    public async Task Jobs_without_gpus_have_the_cores_and_no_more()
    {
        await using var rig = await QueueRig.StartAsync(gpus: 0, cores: 4);
        var two = await rig.SubmitAsync(QueueFolder.Job() with { Cpus = 2 });
        var one = await rig.SubmitAsync(QueueFolder.Job());
        var four = await rig.SubmitAsync(QueueFolder.Job() with { Cpus = 4 });
        var last = await rig.SubmitAsync(QueueFolder.Job());
        await rig.UntilAsync(two, GpuJobState.Running);
        await rig.UntilAsync(one, GpuJobState.Running);
        await rig.Played.EndAsync("1.1");
        await rig.UntilAsync(two, GpuJobState.Completed);
        Assert.Equal(GpuJobState.Queued, (await rig.Service.FindAsync(last, Token))!.State);
        Assert.Equal("It waits for 4 CPUs.", (await rig.Service.FindAsync(four, Token))!.Reason);
        await rig.Played.EndAsync("2.1");
        await rig.UntilAsync(four, GpuJobState.Running);
        await rig.Played.EndAsync("3.1");
        await rig.UntilAsync(last, GpuJobState.Running);
        Assert.Equal(["1.1", "2.1", "3.1", "4.1"], rig.Played.StartIds.Order());
    }

    /// <summary>Work, not time: what a dispatch looks at must not grow with the queue.</summary>
    [Fact]
    public async Task A_long_queue_does_not_slow_the_dispatch()
    {
        var few = await LooksAsync(queued: 10);
        var many = await LooksAsync(queued: 10_000);
        Assert.True(many <= few * 2 + 200, $"100 jobs took {few} looks with a short queue and {many} with a long one.");
    }

    private static async Task<long> LooksAsync(int queued)
    {
        await using var rig = await QueueRig.StartAsync(gpus: 8);
        var gate = new TaskCompletionSource();
        rig.Played.Program = async _ =>
        {
            await gate.Task;
            return 0;
        };
        await rig.Service.SubmitAsync([.. Enumerable.Range(0, queued).Select(_ => QueueRig.Gpus(2, priority: -1))], "ann", Token);
        await rig.UntilInLineAsync("5");
        var before = rig.Service.Looks;
        var first = (await rig.Service.SubmitAsync([.. Enumerable.Range(0, 100).Select(_ => QueueRig.Gpus(1))], "ann", Token))[0];
        gate.SetResult();
        await rig.UntilAsync($"{int.Parse(first.Id, null) + 99}", GpuJobState.Completed);
        return rig.Service.Looks - before;
    }
}

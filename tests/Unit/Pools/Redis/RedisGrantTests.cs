using System.Collections.Concurrent;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using static GpuOps.Unit.Pools.Redis.RedisRig;

namespace GpuOps.Unit.Pools.Redis;

public sealed class RedisGrantTests
{
    [Fact]
    public async Task A_grant_carries_what_was_asked_and_what_the_GPUs_are()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(4, options => options with { Backend = "lab" });
        var holder = new ProcessIdentity("boot/4026531836", 4711, long.MaxValue);
        var request = Want(2) with { Note = "a note", Holder = holder, Lease = TimeSpan.FromSeconds(90) };

        var grant = await pool.GrantAsync(request);

        Assert.Equal(request.Id, grant.Id);
        Assert.Equal([0, 1], grant.GpuId);
        Assert.Equal(["0", "1"], grant.Device);
        Assert.Equal(GpuProvider.Fake, grant.Provider);
        Assert.Equal((1m, "ann", "a note", "lab"), (grant.Share, grant.User, grant.Note, grant.Backend));
        Assert.Equal(holder, grant.Holder);
        Assert.Equal(grant.Since + TimeSpan.FromSeconds(90), grant.Expires);
        Assert.Equal(DateTimeKind.Local, grant.Since.Kind);
        Assert.InRange(DateTime.Now - grant.Since, TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(5));
        var snapshot = await pool.ReadAsync(null, Token);
        Assert.Equivalent(grant, Assert.Single(snapshot.Reservations));
        Assert.Equal(4, snapshot.Gpus.Count);
        Assert.Empty(snapshot.Queue);
    }

    [Fact]
    public async Task Two_hundred_clients_at_once_never_share_a_GPU_and_all_get_one()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(8);
        await using var second = rig.Pool();
        var owner = new ConcurrentDictionary<int, string>();
        var fences = new ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(n => HoldOnceAsync(n % 2 == 0 ? pool : second, n)));

        Assert.Equal(200, fences.Distinct().Count());
        var snapshot = await pool.ReadAsync(Host, Token);
        Assert.Empty(snapshot.Reservations);
        Assert.Empty(snapshot.Queue);
        Assert.Equal(200, (await pool.ReadUsageAsync(DateTimeOffset.MinValue, Token)).Count);

        async Task HoldOnceAsync(RedisGpuPool mine, int n)
        {
            var request = Want(user: $"user{n % 7}");
            await using var signal = await mine.ListenAsync(Host, request.Id, Token);
            var decision = await mine.RequestAsync(request, Token);
            while (decision.Outcome == ReservationOutcome.Waiting)
            {
                // No safety net: a bell that does not ring makes the test fail.
                await signal.WaitAsync(TimeSpan.FromMinutes(2), Token);
                decision = await mine.CheckAsync(Host, request.Id, null, Token);
            }
            var gpu = Assert.Single(decision.Reservation!.GpuId);
            Assert.True(owner.TryAdd(gpu, request.Id), $"GPU {gpu} is held twice");
            fences.Add(decision.Reservation.FencingNumber);
            await Task.Yield();
            Assert.True(owner.TryRemove(gpu, out _));
            Assert.True(await mine.ReleaseAsync(Host, request.Id, Token));
        }
    }

    [Fact]
    public async Task A_request_sent_twice_has_the_effect_of_one()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(4);
        var request = Want();

        var first = await pool.GrantAsync(request);
        var second = await pool.GrantAsync(request);

        Assert.Equal(first.FencingNumber, second.FencingNumber);
        Assert.Equal(first.GpuId, second.GpuId);
        Assert.Single((await pool.ReadAsync(Host, Token)).Reservations);
    }

    [Fact]
    public async Task A_decline_that_is_retried_does_not_take_the_newer_grant()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        var first = await pool.GrantAsync(Want());

        var again = await pool.DeclineAsync(first, GpuObservation.Idle, Token);
        var retried = await pool.DeclineAsync(first, GpuObservation.Idle, Token);

        Assert.Equal(ReservationOutcome.Granted, again.Outcome);
        Assert.True(again.Reservation!.FencingNumber > first.FencingNumber);
        Assert.Equal(again.Reservation.FencingNumber, retried.Reservation!.FencingNumber);
        Assert.DoesNotContain(await pool.ReadUsageAsync(DateTimeOffset.MinValue, Token), record => record.End is not null);
    }

    [Fact]
    public async Task Declining_a_GPU_in_use_keeps_the_place_in_line()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        var first = await pool.GrantAsync(Want());
        var later = await pool.RequestAsync(Want(user: "bob"), Token);
        var squatted = new GpuObservation(new Dictionary<int, string> { [0] = "eve" });

        var declined = await pool.DeclineAsync(first, squatted, Token);

        Assert.Equal(ReservationOutcome.Waiting, later.Outcome);
        Assert.Equal((ReservationOutcome.Waiting, 1, 2), (declined.Outcome, declined.Position, declined.Waiting));
        var snapshot = await pool.ReadAsync(Host, Token);
        Assert.Equal("eve", snapshot.Gpus[0].InUseBy);
        Assert.Equal(["ann", "bob"], snapshot.Queue.Select(entry => entry.User));
        var free = await pool.CheckAsync(Host, first.Id, GpuObservation.Idle, Token);
        Assert.Equal(ReservationOutcome.Granted, free.Outcome);
    }

    [Fact]
    public async Task Parts_are_packed_exactly_whatever_the_memory()
    {
        await using var rig = await StartAsync();
        await using var pool = rig.Pool();
        var layout = Layout(2);
        // 10,000 times this is far beyond what a double holds exactly.
        layout = layout with { Gpus = [.. layout.Gpus.Select(gpu => gpu with { MemoryTotal = 999_999_999_989 })] };
        await pool.InitializeAsync(layout, force: false, dryRun: false, Token);

        var most = await pool.GrantAsync(Want(new GpuDemand(Memory: 999_899_999_988)));
        var rest = await pool.GrantAsync(Want(new GpuDemand(Share: 0.0001m)));
        var next = await pool.GrantAsync(Want(new GpuDemand(Share: 0.00001m)));

        Assert.Equal((0.9999m, 999_899_999_988), (most.Share, most.Memory));
        Assert.Equal([0], rest.GpuId);
        Assert.Equal([1], next.GpuId);
        Assert.Equal(0.0001m, next.Share);
    }

    [Fact]
    public async Task One_beat_renews_thousands_on_several_hosts_and_names_the_lost()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        await pool.InitializeAsync(Layout(1, "h2"), force: false, dryRun: false, Token);
        var claims = new List<(string Host, string Id)>();
        foreach (var host in new[] { Host, "h2" })
        {
            var requests = Enumerable.Range(0, 3000).Select(_ => Want() with { Host = host }).ToList();
            await Task.WhenAll(requests.Select(request => pool.RequestAsync(request, Token)));
            claims.AddRange(requests.Select(request => (host, request.Id)));
        }
        claims.Insert(10, (Host, "nobody"));
        claims.Add(("h3", "nowhere"));

        var beat = await pool.BeatAsync(claims, Token);

        Assert.Equal(["nobody", "nowhere"], beat.Lost.Order());
    }

    [Fact]
    public async Task Only_the_very_same_dead_process_is_reclaimed()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        var dead = new ProcessIdentity("boot/1", 100, 9_007_199_254_740_993);
        var held = await pool.GrantAsync(Want() with { Holder = dead });
        var waiting = await pool.RequestAsync(Want() with { Holder = dead with { ProcessId = 101 } }, Token);

        var claim = Assert.Single(waiting.Neighbours);
        Assert.Equal(new Claim(held.Id, Host, dead), claim);
        Assert.Equal(0, await pool.ReclaimAsync([claim with { Holder = dead with { StartTime = dead.StartTime - 1 } }], Token));
        Assert.Equal(1, await pool.ReclaimAsync([claim], Token));
        Assert.Equal(ReservationOutcome.Granted, (await pool.CheckAsync(Host, (await pool.ReadAsync(Host, Token)).Reservations[0].Id, null, Token)).Outcome);
    }
}

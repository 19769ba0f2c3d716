using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    [Fact]
    public async Task A_request_gets_all_its_gpus_or_none()
    {
        await HaveAsync(4);
        await GrantedAsync(Ask("a", 2), 0, 1);
        await RefusedAsync(Ask("b", 3) with { Wait = false }, RefusalReason.Busy);
        await WaitsAsync(Ask("c", 3), 1);

        Assert.Equal(["a (box: 0,1)"], await HeldAsync());
    }

    [Fact]
    public async Task A_grant_says_all_about_itself()
    {
        await HaveAsync(3);
        var before = DateTime.Now.AddSeconds(-1);
        var request = Ask("a", 2, "ann") with
        {
            ActualUser = "root",
            Kind = ReservationKind.Command,
            Note = "run 7",
            Lease = TimeSpan.FromMinutes(7),
            Holder = Process(12),
        };

        var grant = await GrantedAsync(request, 0, 1);

        Assert.Equal(["dev-0", "dev-1"], grant.Device);
        Assert.Equal((Host, GpuProvider.Fake, 1m, null), (grant.ComputerName, grant.Provider, grant.Share, grant.Memory));
        Assert.Equal(("ann", "root", "run 7"), (grant.User, grant.ActualUser, grant.Note));
        Assert.Equal((ReservationKind.Command, TimeSpan.FromMinutes(7), Process(12)), (grant.Kind, grant.Lease, grant.Holder));
        Assert.Equal(grant.Since, grant.LastHeartbeat);
        Assert.Equal(grant.Since + grant.Lease, grant.Expires);
        if (!Store.HasFakeClock)
            Assert.InRange(grant.Since, before, DateTime.Now.AddSeconds(1));
        Assert.Equivalent(grant, Assert.Single((await ReadAsync()).Reservations), strict: true);
    }

    [Fact]
    public async Task The_same_request_again_is_answered_with_the_grant_it_has()
    {
        await HaveAsync(4);
        var first = await GrantedAsync(Ask("a", 2), 0, 1);
        await TickAsync();
        var again = await GrantedAsync(Ask("a", 2), 0, 1);

        Assert.Equal(first.FencingNumber, again.FencingNumber);
        Assert.True(again.LastHeartbeat > first.LastHeartbeat, "asking again is a heartbeat");
        Assert.Equal(first.Since, again.Since);
        Assert.Single((await ReadAsync()).Reservations);
    }

    [Fact]
    public async Task The_same_request_again_keeps_its_one_place_in_line()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await WaitsAsync(Ask("c"), 2);
        await WaitsAsync(Ask("b"), 1);
        await WaitsAsync(Ask("c") with { Wait = false }, 2);

        Assert.Equal(["b", "c"], (await ReadAsync()).Queue.Select(entry => entry.Id));
    }

    [Fact]
    public async Task Certain_gpus_are_granted_as_named()
    {
        await HaveAsync(4);
        await GrantedAsync(AskIds("a", 3, 1), 1, 3);
        await GrantedAsync(Ask("b", 2), 0, 2);
    }

    [Fact]
    public async Task Release_says_whether_the_pool_held_it()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);

        Assert.True(await ReleaseAsync("b"));
        Assert.False(await ReleaseAsync("b"));
        Assert.True(await ReleaseAsync("a"));
        Assert.False(await ReleaseAsync("a"));
        Assert.False(await ReleaseAsync("never"));
        Assert.False(await ReleaseAsync("a", "no such host"));
        await IsUnknownAsync("b");
        Assert.Empty(await HeldAsync());
    }

    [Fact]
    public async Task A_released_id_may_ask_anew_and_gets_a_new_grant()
    {
        await HaveAsync(1);
        var first = await GrantedAsync(Ask("a"), 0);
        await ReleaseAsync("a");
        var second = await GrantedAsync(Ask("a"), 0);
        Assert.True(second.FencingNumber > first.FencingNumber);
    }

    [Fact]
    public async Task Fencing_numbers_rise_over_all_hosts_of_the_pool()
    {
        await HaveAsync(4);
        await HaveAsync(4, "other");
        var numbers = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            numbers.Add((await GrantedAsync(Ask($"a{i}"))).FencingNumber);
            numbers.Add((await GrantedAsync(Ask($"b{i}") with { Host = "other" })).FencingNumber);
            await ReleaseAsync($"a{i}");
        }

        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public async Task Hosts_of_one_pool_do_not_touch_each_other()
    {
        await HaveAsync(1);
        await HaveAsync(2, "other");
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await GrantedAsync(Ask("c", 2) with { Host = "other" }, 0, 1);
        await WaitsAsync(Ask("d") with { Host = "other" }, 1);

        Assert.False(await ReleaseAsync("a", "other"));
        await ReleaseAsync("c", "other");
        await StillWaitsAsync("b", 1);
        Assert.Equal(ReservationOutcome.Unknown, (await CheckAsync("b", host: "other")).Outcome);
        var all = await ReadAsync(null);
        Assert.Equal([("box", 0), ("other", 0), ("other", 1)], all.Gpus.Select(gpu => (gpu.Host, gpu.Id)));
        Assert.Equal(["a (box: 0)", "d (other: 0)"], all.Reservations.Select(held => held.ToString()).Order());
        Assert.Equal(["d (other: 0)"], (await ReadAsync("other")).Reservations.Select(held => held.ToString()));
    }

    [Fact]
    public async Task Clients_of_one_store_see_the_same_pool()
    {
        await HaveAsync(1);
        await using var second = await Store.OpenAsync();
        await GrantedAsync(Ask("a"), 0);

        Assert.Equal(ReservationOutcome.Waiting, (await second.RequestAsync(Ask("b"), Token)).Outcome);
        Assert.True(await second.ReleaseAsync(Host, "a", Token));
        await NowHoldsAsync("b", 0);
    }

    [Fact]
    public async Task Clients_at_the_same_time_never_share_a_gpu()
    {
        await HaveAsync(3);
        var holders = new int[3];
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), Token, async (client, token) =>
        {
            await using var pool = await Store.OpenAsync();
            for (var i = 0; i < 15; i++)
            {
                var answer = await pool.RequestAsync(Ask($"{client}-{i}") with { Wait = false }, token);
                if (answer.Outcome != ReservationOutcome.Granted)
                    continue;
                var gpu = Assert.Single(answer.Reservation!.GpuId);
                Assert.Equal(1, Interlocked.Increment(ref holders[gpu]));
                await Task.Yield();
                Interlocked.Decrement(ref holders[gpu]);
                await pool.ReleaseAsync(Host, $"{client}-{i}", token);
            }
        });

        Assert.Empty(await HeldAsync());
    }
}

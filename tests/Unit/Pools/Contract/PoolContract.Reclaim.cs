using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    [Fact]
    public async Task Who_is_not_granted_hears_of_the_claims_of_its_own_machine()
    {
        await HaveAsync(3);
        await GrantedAsync(Ask("mine") with { Holder = Process(1) }, 0);
        await GrantedAsync(Ask("elsewhere") with { Holder = Process(1, machine: "boot-2/1") }, 1);
        await GrantedAsync(Ask("nobody"), 2);
        await WaitsAsync(Ask("waiter") with { Holder = Process(2) }, 1);

        var waiting = await RequestAsync(Ask("b") with { Holder = Process(3) });
        var refused = await RefusedAsync(Ask("c") with { Holder = Process(4), Wait = false }, RefusalReason.Busy);
        var check = await CheckAsync("b");
        var stranger = await RequestAsync(Ask("d") with { Holder = Process(3, machine: "") });

        Claim[] expected = [new("mine", Host, Process(1)), new("waiter", Host, Process(2))];
        Assert.Equal(expected, waiting.Neighbours.OrderBy(claim => claim.Id).Where(claim => claim.Id != "b"));
        Assert.Equal(expected, check.Neighbours.OrderBy(claim => claim.Id).Where(claim => claim.Id != "b"));
        Assert.Equal([.. expected.Prepend(new("b", Host, Process(3)))], refused.Neighbours.OrderBy(claim => claim.Id));
        Assert.Empty(stranger.Neighbours);
    }

    [Fact]
    public async Task A_dead_holder_makes_room_at_once()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("dead", 2) with { Holder = Process(1) }, 0, 1);
        var waiting = await WaitsAsync(Ask("next", 2) with { Holder = Process(2) }, 1);

        Assert.Equal(1, await Pool.ReclaimAsync(waiting.Neighbours, Token));

        await NowHoldsAsync("next", 0, 1);
        Assert.Equal(["dead"], await LostAsync("dead"));
    }

    [Fact]
    public async Task A_dead_waiter_leaves_the_line()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("dead", 2) with { Holder = Process(1) }, 1);
        await WaitsAsync(Ask("alive") with { Holder = Process(2) }, 2);
        Assert.Equal(1, await Pool.ReclaimAsync([new Claim("dead", Host, Process(1))], Token));
        await NowHoldsAsync("alive", 1);
        await IsUnknownAsync("dead");
    }

    [Fact]
    public async Task Only_exactly_the_process_behind_an_id_is_reclaimed()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a") with { Holder = Process(1) }, 0);
        await GrantedAsync(Ask("without"), 1);
        await WaitsAsync(Ask("b") with { Holder = Process(2) }, 1);

        Claim[] wrong =
        [
            new("a", Host, Process(2)),
            new("a", Host, Process(1, start: 101)),
            new("a", Host, Process(1, machine: "boot-2/1")),
            new("a", "nowhere", Process(1)),
            new("b", Host, Process(1)),
            new("without", Host, Process(1)),
            new("unknown", Host, Process(1)),
        ];
        Assert.Equal(0, await Pool.ReclaimAsync(wrong, Token));
        Assert.Equal(["a (box: 0)", "without (box: 1)"], await HeldAsync());
        await StillWaitsAsync("b", 1);
    }

    [Fact]
    public async Task Several_dead_on_several_hosts_are_reclaimed_and_counted()
    {
        await HaveAsync(2);
        await HaveAsync(1, "other");
        await GrantedAsync(Ask("a", 2) with { Holder = Process(1) }, 0, 1);
        await GrantedAsync(Ask("b") with { Host = "other", Holder = Process(2) }, 0);
        await WaitsAsync(Ask("c") with { Holder = Process(3) }, 1);
        Claim[] dead = [new("a", Host, Process(1)), new("b", "other", Process(2)), new("c", Host, Process(3))];
        Assert.Equal(3, await Pool.ReclaimAsync(dead, Token));
        Assert.Empty((await ReadAsync(null)).Reservations);
        Assert.Empty((await ReadAsync(null)).Queue);
    }

    [Fact]
    public async Task A_timed_reservation_outlives_its_process_but_a_timed_waiter_does_not()
    {
        await HaveAsync(1);
        var timed = Ask("a") with { Kind = ReservationKind.Timed, Duration = TimeSpan.FromHours(1), Holder = Process(1) };
        await GrantedAsync(timed, 0);
        await WaitsAsync(timed with { Id = "b" }, 1);
        Claim[] dead = [new("a", Host, Process(1)), new("b", Host, Process(1))];
        Assert.Equal(1, await Pool.ReclaimAsync(dead, Token));
        Assert.Equal(["a (box: 0)"], await HeldAsync());
        await IsUnknownAsync("b");
    }

    [Fact]
    public async Task A_timed_grant_that_its_dead_client_never_heard_of_is_reclaimed()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        var timed = Ask("a") with { Kind = ReservationKind.Timed, Duration = TimeSpan.FromHours(1), Holder = Process(1) };
        await WaitsAsync(timed, 1);
        await ReleaseAsync("holder");
        Assert.Equal(["a (box: 0)"], await HeldAsync());
        var left = (await ReadAsync()).Reservations[0];
        Assert.Equal(timed.Lease, left.Expires - left.LastHeartbeat);
        Assert.Equal(1, await Pool.ReclaimAsync([new Claim("a", Host, Process(1))], Token));
        Assert.Empty(await HeldAsync());
    }

    [Fact]
    public async Task A_timed_grant_lasts_from_when_its_client_hears_of_it()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        var timed = Ask("a") with { Kind = ReservationKind.Timed, Duration = TimeSpan.FromHours(1), Holder = Process(1) };
        await WaitsAsync(timed, 1);
        await ReleaseAsync("holder");
        await NowHoldsAsync("a", 0);
        var held = (await ReadAsync()).Reservations[0];
        Assert.InRange(held.Expires - held.Since, TimeSpan.FromHours(1), TimeSpan.FromMinutes(61));
        Assert.Equal(0, await Pool.ReclaimAsync([new Claim("a", Host, Process(1))], Token));
    }
}

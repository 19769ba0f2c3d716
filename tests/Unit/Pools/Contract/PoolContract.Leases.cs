using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private ReservationRequest AskBriefly(string id, int count = 1) => Ask(id, count) with { Lease = Store.ShortLease };

    private Task LeaseEndsAsync() => Store.PassAsync(Store.ShortLease + Moment);

    [Fact]
    public async Task A_heartbeat_moves_the_end_and_nothing_else()
    {
        await HaveAsync(1);
        var grant = await GrantedAsync(Ask("a"), 0);
        await Store.PassAsync(Moment);
        Assert.Empty(await LostAsync("a"));

        var held = Assert.Single((await ReadAsync()).Reservations);
        Assert.True(held.LastHeartbeat >= grant.LastHeartbeat + (Moment / 2));
        Assert.Equal(held.LastHeartbeat + held.Lease, held.Expires);
        Assert.Equal((grant.Since, grant.FencingNumber), (held.Since, held.FencingNumber));
    }

    [Fact]
    public async Task One_beat_renews_many_and_names_the_lost()
    {
        await HaveAsync(2);
        await HaveAsync(1, "other");
        await GrantedAsync(Ask("a", 2), 0, 1);
        await WaitsAsync(Ask("b"), 1);
        await GrantedAsync(Ask("c") with { Host = "other" }, 0);
        await Store.PassAsync(Moment);

        var beat = await Pool.BeatAsync([(Host, "a"), (Host, "gone"), (Host, "b"), ("other", "c"), ("other", "a"), ("nowhere", "a")], Token);

        Assert.Equal(["a", "a", "gone"], beat.Lost.Order());
        var all = await ReadAsync(null);
        Assert.All(all.Reservations, held => Assert.True(held.LastHeartbeat > held.Since));
        Assert.All(all.Queue, entry => Assert.True(entry.LastHeartbeat > entry.Since));
    }

    [Fact]
    public async Task A_beat_for_nothing_is_no_mistake() => Assert.Empty((await Pool.BeatAsync([], Token)).Lost);

    [Fact]
    public async Task An_expired_reservation_is_reclaimed_by_whoever_asks_next()
    {
        await HaveAsync(2);
        await GrantedAsync(AskBriefly("dead", 2), 0, 1);
        await LeaseEndsAsync();
        await GrantedAsync(Ask("next", 2), 0, 1);
    }

    [Fact]
    public async Task An_expired_reservation_goes_to_the_waiter_at_its_next_check()
    {
        await HaveAsync(1);
        await GrantedAsync(AskBriefly("dead"), 0);
        await WaitsAsync(Ask("waiter"), 1);
        await LeaseEndsAsync();
        await NowHoldsAsync("waiter", 0);
    }

    [Fact]
    public async Task What_has_expired_is_not_shown_even_before_it_is_reclaimed()
    {
        await HaveAsync(1);
        await GrantedAsync(AskBriefly("dead"), 0);
        await WaitsAsync(AskBriefly("dead too"), 1);
        await LeaseEndsAsync();
        var shown = await ReadAsync();
        Assert.Empty(shown.Reservations);
        Assert.Empty(shown.Queue);
    }

    [Fact]
    public async Task A_holder_that_was_too_slow_is_told_at_its_next_beat_and_at_release()
    {
        await HaveAsync(1);
        var old = await GrantedAsync(AskBriefly("slow"), 0);
        await LeaseEndsAsync();
        Assert.Equal(["slow"], await LostAsync("slow"));
        Assert.False(await ReleaseAsync("slow"));
        await IsUnknownAsync("slow");
        Assert.Equal(ReservationOutcome.Unknown, (await Pool.DeclineAsync(old, GpuObservation.Idle, Token)).Outcome);
    }

    [Fact]
    public async Task A_waiter_that_is_not_heard_of_leaves_the_line()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(AskBriefly("dead", 2), 1);
        await WaitsAsync(Ask("alive"), 2);
        await LeaseEndsAsync();
        await NowHoldsAsync("alive", 1);
        await IsUnknownAsync("dead");
    }

    [Fact]
    public async Task A_check_is_a_waiters_heartbeat()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("waiter"), 1);
        await Store.PassAsync(Moment);
        await StillWaitsAsync("waiter", 1);
        var entry = Assert.Single((await ReadAsync()).Queue);
        Assert.True(entry.LastHeartbeat >= entry.Since + (Moment / 2));
    }

    [Fact]
    public async Task The_lease_of_a_waiter_starts_anew_with_the_grant()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("waiter"), 1);
        var since = Assert.Single((await ReadAsync()).Queue).Since;
        await Store.PassAsync(Moment);
        await ReleaseAsync("holder");

        var grant = Assert.Single((await ReadAsync()).Reservations);
        Assert.True(grant.Since >= since + (Moment / 2));
        Assert.Equal((grant.Since, grant.Since + grant.Lease), (grant.LastHeartbeat, grant.Expires));
    }

    [Fact]
    public async Task A_timed_reservation_ends_when_it_was_to_whatever_beats_come()
    {
        await HaveAsync(1);
        var timed = Ask("a") with { Kind = ReservationKind.Timed, Duration = Store.ShortLease, Lease = TimeSpan.FromDays(1) };
        var grant = await GrantedAsync(timed, 0);
        Assert.Equal(grant.Since + Store.ShortLease, grant.Expires);

        await Store.PassAsync(Moment);
        await LostAsync("a");
        await LeaseEndsAsync();

        Assert.Equal(["a"], await LostAsync("a"));
        var used = Assert.Single(await UsageAsync());
        Assert.Equal(grant.Expires.ToUniversalTime(), used.End!.Value.UtcDateTime);
        await GrantedAsync(Ask("b"), 0);
    }

    [Fact]
    public async Task A_timed_reservation_needs_no_heartbeat()
    {
        await HaveAsync(1);
        await GrantedAsync(AskBriefly("a") with { Kind = ReservationKind.Timed, Duration = TimeSpan.FromDays(1) }, 0);
        await LeaseEndsAsync();
        await RefusedAsync(Ask("b") with { Wait = false }, RefusalReason.Busy);
    }

    [Fact]
    public async Task The_hours_of_a_timed_reservation_count_from_its_grant()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("a") with { Kind = ReservationKind.Timed, Duration = TimeSpan.FromHours(1) }, 1);
        await Store.PassAsync(Moment);
        await ReleaseAsync("holder");
        var grant = await NowHoldsAsync("a", 0);
        Assert.InRange(grant.Expires - grant.Since, TimeSpan.FromHours(1), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task An_old_id_never_touches_a_newer_grant()
    {
        await HaveAsync(1);
        var old = await GrantedAsync(AskBriefly("old") with { Holder = Process(7) }, 0);
        await LeaseEndsAsync();
        var newer = await GrantedAsync(Ask("new") with { Holder = Process(7) }, 0);
        Assert.True(newer.FencingNumber > old.FencingNumber);

        Assert.False(await ReleaseAsync("old"));
        Assert.Equal(["old"], await LostAsync("old"));
        Assert.Equal(0, await Pool.ReclaimAsync([new Claim("old", Host, Process(7))], Token));
        await Pool.DeclineAsync(old, GpuObservation.Idle, Token);

        Assert.Equal(["new (box: 0)"], await HeldAsync());
        Assert.Equal(newer.FencingNumber, (await NowHoldsAsync("new", 0)).FencingNumber);
    }
}

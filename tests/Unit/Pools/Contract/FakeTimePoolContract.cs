using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>The rules that need minutes to pass or a clock set back, for stores that can be given a made-up clock.</summary>
public abstract class FakeTimePoolContract : PoolContract
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_lease_ends_exactly_when_it_was_to()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await Store.PassAsync((5 * Minute) - Millisecond);
        await RefusedAsync(Ask("b") with { Wait = false }, RefusalReason.Busy);
        Assert.Empty(await LostAsync("a"));
        await Store.PassAsync(5 * Minute);
        Assert.Equal(["a"], await LostAsync("a"));
    }

    [Fact]
    public async Task An_observation_counts_for_a_minute()
    {
        await HaveAsync(1);
        await RefusedAsync(Ask("a") with { Observation = Sees((0, "eve")), Wait = false }, RefusalReason.Busy);
        await Store.PassAsync(Minute);
        await RefusedAsync(Ask("a") with { Wait = false }, RefusalReason.Busy);
        await Store.PassAsync(Millisecond);
        Assert.Null((await ReadAsync()).Gpus[0].InUseBy);
        await GrantedAsync(Ask("a"), 0);
    }

    [Fact]
    public async Task A_clock_set_back_does_not_keep_a_dead_reservation()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("dead"), 0);
        Store.SetBack(TimeSpan.FromHours(1));
        await WaitsAsync(Ask("b") with { Lease = TimeSpan.FromHours(2) }, 1);
        await Store.PassAsync(5 * Minute);
        await NowHoldsAsync("b", 0);
    }

    [Fact]
    public async Task A_clock_set_back_does_not_make_a_new_reservation_look_old()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await Store.PassAsync(Minute);
        Store.SetBack(TimeSpan.FromHours(1));
        Assert.Empty(await LostAsync("a"));
        Store.SetBack(TimeSpan.FromHours(3));
        await Store.PassAsync((5 * Minute) - Millisecond);
        Assert.Equal(["a (box: 0)"], await HeldAsync());
        Assert.Empty(await LostAsync("a"));
    }

    [Fact]
    public async Task After_a_clock_was_set_back_shown_times_are_those_on_the_wall()
    {
        await HaveAsync(1);
        var a = await GrantedAsync(Ask("a"), 0);
        await ReleaseAsync("a");
        Store.SetBack(TimeSpan.FromHours(1));
        var b = await GrantedAsync(Ask("b"), 0);
        Assert.Equal(a.Since - TimeSpan.FromHours(1), b.Since);
        Assert.Equal(b.Since + b.Lease, b.Expires);
        var used = Assert.Single(await UsageAsync(), used => used.ReservationId == "b");
        Assert.Equal(b.Since.ToUniversalTime(), used.Start.UtcDateTime);
    }

    [Fact]
    public async Task A_clock_set_forward_and_back_again_loses_no_time()
    {
        await HaveAsync(1);
        await Store.PassAsync(TimeSpan.FromDays(1));
        await GrantedAsync(Ask("a"), 0);
        Store.SetBack(TimeSpan.FromDays(1));
        await Store.PassAsync(4 * Minute);
        Assert.Empty(await LostAsync("a"));
        await Store.PassAsync(4 * Minute);
        Assert.Empty(await LostAsync("a"));
        await Store.PassAsync(5 * Minute);
        Assert.Equal(["a"], await LostAsync("a"));
    }

    [Fact]
    public async Task What_is_asked_of_no_host_is_no_step_and_leaves_the_clock()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        Store.SetBack(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await Pool.ReclaimAsync([], Token));
        Assert.Empty((await Pool.BeatAsync([], Token)).Lost);
        await Store.PassAsync(Minute);
        Assert.False(await ReleaseAsync("nobody"));
        await using var other = await Store.OpenAsync();
        var (here, elsewhere) = (await Pool.ReadAsync(null, Token), await other.ReadAsync(null, Token));
        Assert.Equal(Assert.Single(elsewhere.Reservations).Since, Assert.Single(here.Reservations).Since);
    }
}

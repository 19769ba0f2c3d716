using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    [Fact]
    public async Task A_gpu_in_use_without_a_reservation_is_not_granted()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a") with { Observation = Sees((0, "eve")) }, 1);
        var refused = await RefusedAsync(AskIds("b", 0) with { Wait = false }, RefusalReason.Busy);
        Assert.Equal((0, 2), (refused.Free, refused.InService));
        Assert.Equal("eve", (await ReadAsync()).Gpus[0].InUseBy);
        Assert.Null((await ReadAsync()).Gpus[1].InUseBy);
    }

    [Fact]
    public async Task A_gpu_is_free_again_when_a_probe_sees_that_they_stopped()
    {
        await HaveAsync(1);
        await WaitsAsync(Ask("a") with { Observation = Sees((0, "eve")) }, 1);
        await WaitsAsync(Ask("b"), 2);
        await CheckAsync("b", GpuObservation.Idle);
        await NowHoldsAsync("a", 0);
        Assert.Null((await ReadAsync()).Gpus[0].InUseBy);
    }

    [Fact]
    public async Task What_was_seen_last_replaces_what_was_known()
    {
        await HaveAsync(3);
        await RefusedAsync(Ask("a", 3) with { Wait = false, Observation = Sees((0, "eve"), (1, "eve")) }, RefusalReason.Busy);
        await RefusedAsync(Ask("b", 3) with { Wait = false, Observation = Sees((2, "*")) }, RefusalReason.Busy);
        Assert.Equal([null, null, "*"], (await ReadAsync()).Gpus.Select(gpu => gpu.InUseBy));
        await GrantedAsync(Ask("c", 2), 0, 1);
    }

    [Fact]
    public async Task Who_cannot_see_the_host_does_not_change_what_is_known()
    {
        await HaveAsync(1);
        await WaitsAsync(Ask("a") with { Observation = Sees((0, "eve")) }, 1);
        await StillWaitsAsync("a", 1);
        await WaitsAsync(Ask("b"), 2);
    }

    [Fact]
    public async Task An_observation_is_about_one_host_and_its_gpus_only()
    {
        await HaveAsync(1);
        await HaveAsync(1, "other");
        await GrantedAsync(Ask("a") with { Observation = Sees((0, "eve"), (17, "eve")), Host = "other", Force = true, ActualUser = "eve" });
        await GrantedAsync(Ask("b"), 0);
    }

    [Fact]
    public async Task Force_takes_a_gpu_that_only_the_own_user_uses()
    {
        await HaveAsync(3);
        var seen = Sees((0, "ann"), (1, "eve"), (2, GpuObservation.SeveralUsers));
        await RefusedAsync(AskIds("a", 0) with { Observation = seen, Wait = false }, RefusalReason.Busy);
        await RefusedAsync(AskIds("b", 1) with { Force = true, Wait = false }, RefusalReason.Busy);
        await RefusedAsync(AskIds("c", 2) with { Force = true, Wait = false }, RefusalReason.Busy);
        await RefusedAsync(AskIds("d", 1) with { Force = true, Wait = false, User = "eve" }, RefusalReason.Busy);
        await GrantedAsync(AskIds("e", 0) with { Force = true, User = "eve" }, 0);
        await RefusedAsync(AskIds("f", 0) with { Force = true, Wait = false }, RefusalReason.Busy);
    }

    [Fact]
    public async Task What_a_holder_ran_does_not_keep_the_next_in_line_waiting()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("a") with { Observation = Sees((0, "ann")) }, 1);
        await ReleaseAsync("holder");
        await NowHoldsAsync("a", 0);
    }

    [Fact]
    public async Task A_squatter_seen_while_declining_is_not_forgotten()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("a"), 1);
        await ReleaseAsync("holder");
        var grant = await NowHoldsAsync("a", 0);
        await Pool.DeclineAsync(grant, Sees((0, "eve")), Token);
        Assert.Equal("eve", (await ReadAsync()).Gpus[0].InUseBy);
    }

    [Fact]
    public async Task Declining_keeps_the_place_in_line()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("a"), 1);
        await WaitsAsync(Ask("b"), 2);
        var since = (await ReadAsync()).Queue[0].Since;
        await TickAsync();
        await ReleaseAsync("holder");
        var grant = await NowHoldsAsync("a", 0);

        var declined = await Pool.DeclineAsync(grant, Sees((0, "eve")), Token);

        Assert.Equal((ReservationOutcome.Waiting, 1, 2), (declined.Outcome, declined.Position, declined.Waiting));
        Assert.Equal(since, (await ReadAsync()).Queue[0].Since);
        await CheckAsync("b", GpuObservation.Idle);
        var again = await NowHoldsAsync("a", 0);
        Assert.True(again.FencingNumber > grant.FencingNumber);
        await StillWaitsAsync("b", 1);
    }

    [Fact]
    public async Task Declining_gets_other_gpus_at_once_where_there_are_some()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("holder", 2), 0, 1);
        await WaitsAsync(Ask("a"), 1);
        await ReleaseAsync("holder");
        var declined = await Pool.DeclineAsync(await NowHoldsAsync("a", 0), Sees((0, "eve")), Token);
        Assert.Equal(ReservationOutcome.Granted, declined.Outcome);
        Assert.Equal([1], declined.Reservation!.GpuId);
    }

    [Fact]
    public async Task A_declined_grant_leaves_neither_usage_nor_last_use()
    {
        await HaveAsync(3);
        await GrantedAsync(Ask("holder", 2, user: "hal"), 0, 1);
        await WaitsAsync(AskIds("a", 1) with { User = "ann" }, 1);
        await TickAsync();
        await ReleaseAsync("holder");
        await TickAsync();
        await Pool.DeclineAsync(await NowHoldsAsync("a", 1), Sees((1, "eve")), Token);
        await ReleaseAsync("a");

        Assert.DoesNotContain(await UsageAsync(), used => used.ReservationId == "a");
        await GrantedAsync(Ask("b", user: "ann") with { Observation = GpuObservation.Idle }, 2);
    }

    [Fact]
    public async Task Declining_an_older_grant_of_the_same_id_does_not_touch_the_newer()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("holder"), 0);
        await WaitsAsync(Ask("a"), 1);
        await ReleaseAsync("holder");
        var older = await NowHoldsAsync("a", 0);
        await Pool.DeclineAsync(older, Sees((0, "eve")), Token);
        var newer = (await CheckAsync("a", GpuObservation.Idle)).Reservation!;

        var answer = await Pool.DeclineAsync(older, GpuObservation.Idle, Token);

        Assert.Equal(newer.FencingNumber, answer.Reservation!.FencingNumber);
        Assert.Equal(newer.FencingNumber, (await NowHoldsAsync("a", 0)).FencingNumber);
    }

    [Fact]
    public async Task Declining_what_the_pool_no_longer_holds_does_nothing()
    {
        await HaveAsync(1);
        var grant = await GrantedAsync(Ask("a"), 0);
        await ReleaseAsync("a");
        Assert.Equal(ReservationOutcome.Unknown, (await Pool.DeclineAsync(grant, GpuObservation.Idle, Token)).Outcome);
        Assert.Empty((await ReadAsync()).Queue);
    }
}

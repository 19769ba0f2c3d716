using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    private Task<PoolInitialization> InitializeAsync(PoolLayout layout, bool force = false, bool dryRun = false) =>
        Pool.InitializeAsync(layout, force, dryRun, Token);

    [Fact]
    public async Task Initialising_stores_the_gpus_as_they_are()
    {
        var result = await HaveAsync(3);
        Assert.Equal([0, 1, 2], result.Added.Order());
        Assert.Equal([Gpu(0), Gpu(1), Gpu(2)], (await ReadAsync()).Gpus);
    }

    [Fact]
    public async Task Initialising_again_with_the_same_gpus_changes_nothing()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a"), 0);
        await DisableAsync(1);
        var before = await ReadAsync();
        var again = await HaveAsync(2);
        Assert.True(again.IsUnchanged);
        Assert.Empty(again.Held);
        Assert.Equivalent(before, await ReadAsync(), strict: true);
    }

    [Fact]
    public async Task Growing_serves_those_who_wait()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        Assert.Equal([1, 2], (await HaveAsync(3)).Added.Order());
        await NowHoldsAsync("b", 1);
    }

    [Fact]
    public async Task Shrinking_under_a_live_reservation_is_refused()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("a", 0, 2), 0, 2);
        await GrantedAsync(AskIds("b", 1), 1);
        var before = await ReadAsync();

        var result = await HaveAsync(2);

        Assert.Equal([2], result.Removed);
        Assert.Equal(["a"], result.Held.Select(held => held.Id));
        Assert.Equivalent(before, await ReadAsync(), strict: true);
    }

    [Fact]
    public async Task Shrinking_away_free_gpus_needs_no_force()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("a", 0), 0);
        var result = await HaveAsync(1);
        Assert.Equal([1, 2], result.Removed.Order());
        Assert.Empty(result.Held);
        Assert.Single((await ReadAsync()).Gpus);
        Assert.Equal(["a (box: 0)"], await HeldAsync());
    }

    [Fact]
    public async Task Force_ends_only_what_holds_gpus_that_go_away()
    {
        await HaveAsync(4);
        await GrantedAsync(AskIds("a", 0), 0);
        await GrantedAsync(AskIds("b", 1, 3), 1, 3);
        await WaitsAsync(Ask("wide", 4), 1);
        await WaitsAsync(Ask("c"), 2);

        var result = await InitializeAsync(Layout(2), force: true);

        Assert.Equal(["b"], result.Held.Select(held => held.Id));
        Assert.Equal(["a (box: 0)", "c (box: 1)"], await HeldAsync());
        Assert.Equal(["b"], await LostAsync("b"));
        await IsUnknownAsync("wide");
        Assert.Equal(2, (await UsageAsync()).Count(used => used.ReservationId == "b" && used.End is not null));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_happen_and_changes_nothing()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("a", 2), 2);
        var before = await ReadAsync();
        var layout = new PoolLayout(Host, [Gpu(0), Gpu(1, model: "B200")]);

        var result = await InitializeAsync(layout, force: true, dryRun: true);

        Assert.Empty(result.Added);
        Assert.Equal([2], result.Removed);
        Assert.Equal([1], result.Changed);
        Assert.Equal(["a"], result.Held.Select(held => held.Id));
        Assert.Equivalent(before, await ReadAsync(), strict: true);
    }

    [Fact]
    public async Task A_changed_gpu_is_told_and_keeps_its_holder_and_its_service()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("a", 0), 0);
        await DisableAsync(1);
        var layout = new PoolLayout(Host, [Gpu(0) with { Device = "7" }, Gpu(1, memory: 141 * GB), Gpu(2) with { Provider = GpuProvider.Amd }]);

        var result = await InitializeAsync(layout);

        Assert.Equal([0, 1, 2], result.Changed.Order());
        Assert.Empty(result.Held);
        var now = await ReadAsync();
        Assert.Equal(["7"], Assert.Single(now.Reservations).Device);
        Assert.Equal((141 * GB, "broken fan"), (now.Gpus[1].MemoryTotal, now.Gpus[1].DisabledReason));
        Assert.Equal(GpuProvider.Amd, now.Gpus[2].Provider);
    }

    [Fact]
    public async Task A_gpu_that_goes_away_takes_what_is_known_of_it_along()
    {
        await HaveAsync(4);
        await UseAsync("ann", 3);
        await DisableAsync(3);
        await RefusedAsync(Ask("a", 4) with { Wait = false, Observation = Sees((3, "eve")) }, RefusalReason.TooMany);
        await HaveAsync(3);
        await HaveAsync(4);

        Assert.Equal(Gpu(3), (await ReadAsync()).Gpus[3]);
        await GrantedAsync(Ask("b", user: "ann"), 0);
    }

    [Fact]
    public async Task Whoever_waits_for_a_gpu_that_went_away_is_refused_wherever_it_stands()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("a", 0, 1), 0, 1);
        await WaitsAsync(Ask("first", 2), 1);
        await WaitsAsync(AskIds("gone", 2), 2);
        await HaveAsync(2);
        await IsUnknownAsync("gone");
        await StillWaitsAsync("first", 1);
    }

    [Fact]
    public async Task Initialising_one_host_leaves_the_others()
    {
        await HaveAsync(2);
        await HaveAsync(2, "other");
        await GrantedAsync(AskIds("a", 1) with { Host = "other" }, 1);
        await InitializeAsync(Layout(1), force: true);
        Assert.Equal(2, (await ReadAsync("other")).Gpus.Count);
        Assert.Empty((await Pool.BeatAsync([("other", "a")], Token)).Lost);
    }

    [Fact]
    public async Task An_expired_reservation_is_not_in_the_way()
    {
        await HaveAsync(2);
        await GrantedAsync(AskBriefly("dead", 2), 0, 1);
        await LeaseEndsAsync();
        Assert.Empty((await HaveAsync(1)).Held);
        Assert.Single((await ReadAsync()).Gpus);
    }
}

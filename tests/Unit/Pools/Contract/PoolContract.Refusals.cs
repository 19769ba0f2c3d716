using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    [Fact]
    public async Task A_host_without_gpus_refuses_everything_first_of_all()
    {
        await RefusedAsync(Ask("a"), RefusalReason.NotInitialized);
        await RefusedAsync(AskIds("b", 7), RefusalReason.NotInitialized);
        await RefusedAsync(AskMemory("c", 1000 * GB), RefusalReason.NotInitialized);
        Assert.Equivalent(PoolSnapshot.Empty, await ReadAsync(null), strict: true);
    }

    [Fact]
    public async Task Unknown_gpus_are_named_before_disabled_ones()
    {
        await HaveAsync(2);
        await DisableAsync(1);
        var refused = await RefusedAsync(AskIds("a", 9, 1, 5, 0), RefusalReason.UnknownGpu);
        Assert.Equal([5, 9], refused.Gpus.Order());
    }

    [Fact]
    public async Task Disabled_gpus_are_named()
    {
        await HaveAsync(3);
        await DisableAsync(2, 1);
        var refused = await RefusedAsync(AskIds("a", 0, 1, 2), RefusalReason.DisabledGpu);
        Assert.Equal([1, 2], refused.Gpus.Order());
        Assert.Equal(1, refused.InService);
    }

    [Fact]
    public async Task More_than_are_in_service_fails_at_once()
    {
        await HaveAsync(4);
        await DisableAsync(0);
        await GrantedAsync(Ask("held"), 1);
        var refused = await RefusedAsync(Ask("a", 4), RefusalReason.TooMany);
        Assert.Equal((3, 2), (refused.InService, refused.Free));
        await IsUnknownAsync("a");
    }

    [Fact]
    public async Task More_memory_than_any_gpu_in_service_has_fails_at_once()
    {
        await Pool.InitializeAsync(new PoolLayout(Host, [Gpu(0, memory: 80 * GB), Gpu(1, memory: 24 * GB)]), false, false, Token);
        await RefusedAsync(AskMemory("a", (80 * GB) + 1), RefusalReason.TooMuchMemory);
        await DisableAsync(0);
        await RefusedAsync(AskMemory("b", 40 * GB), RefusalReason.TooMuchMemory);
    }

    [Fact]
    public async Task Too_many_is_said_before_too_much_memory()
    {
        await HaveAsync(1);
        await DisableAsync(0);
        await RefusedAsync(AskMemory("a", 1000 * GB), RefusalReason.TooMany);
        await RefusedAsync(AskShare("b", 0.5m), RefusalReason.TooMany);
    }

    [Fact]
    public async Task Memory_of_a_gpu_that_nobody_knows_cannot_be_asked_for()
    {
        await HaveAsync(2, memory: 0);
        await RefusedAsync(AskMemory("a", 1), RefusalReason.TooMuchMemory);
        await GrantedAsync(AskShare("b", 0.5m), 0);
    }

    [Fact]
    public async Task A_refused_request_leaves_no_trace()
    {
        await HaveAsync(1);
        await RefusedAsync(Ask("a", 2), RefusalReason.TooMany);
        await GrantedAsync(Ask("b"), 0);
        await RefusedAsync(Ask("c") with { Wait = false }, RefusalReason.Busy);
        Assert.Empty((await ReadAsync()).Queue);
        Assert.Equal(["c"], await LostAsync("c"));
        await ReleaseAsync("b");
        await GrantedAsync(Ask("c"), 0);
    }

    [Fact]
    public async Task A_disabled_gpu_keeps_its_holder_and_gets_no_new_one()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await HaveAsync(2);
        Assert.Empty(await DisableAsync(0));

        Assert.Empty(await LostAsync("a"));
        Assert.Equal(["a (box: 0)"], await HeldAsync());
        await ReleaseAsync("a");
        await GrantedAsync(Ask("b"), 1);
        await WaitsAsync(Ask("c"), 1);
        await EnableAsync(0);
        await NowHoldsAsync("c", 0);
    }

    [Fact]
    public async Task Disabling_says_why_by_whom_and_since_when()
    {
        await HaveAsync(2);
        await DisableAsync(1);
        var gpus = (await ReadAsync()).Gpus;
        Assert.Equal(("broken fan", "root"), (gpus[1].DisabledReason, gpus[1].DisabledBy));
        Assert.NotNull(gpus[1].DisabledSince);
        Assert.Equal((null, null, null), (gpus[0].DisabledReason, gpus[0].DisabledBy, gpus[0].DisabledSince));

        await TickAsync();
        await Pool.SetServiceAsync(Host, [1], "sent away", "ops", Token);
        var again = (await ReadAsync()).Gpus[1];
        Assert.Equal(("sent away", "ops", gpus[1].DisabledSince), (again.DisabledReason, again.DisabledBy, again.DisabledSince));

        await EnableAsync(1);
        gpus = (await ReadAsync()).Gpus;
        Assert.Equal((null, null, null), (gpus[1].DisabledReason, gpus[1].DisabledBy, gpus[1].DisabledSince));
    }

    [Fact]
    public async Task Disabling_an_unknown_gpu_changes_nothing_and_names_it()
    {
        await HaveAsync(2);
        Assert.Equal([7, 9], (await DisableAsync(0, 9, 7)).Order());
        Assert.All((await ReadAsync()).Gpus, gpu => Assert.Null(gpu.DisabledReason));
        Assert.Equal([0], await Pool.SetServiceAsync("nowhere", [0], "why", "root", Token));
    }

    [Fact]
    public async Task A_waiting_request_that_became_impossible_leaves_the_line()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("holder", 0, 1), 0, 1);
        await WaitsAsync(AskIds("named", 1), 1);
        await WaitsAsync(Ask("wide", 3), 2);
        await WaitsAsync(Ask("small"), 3);

        await DisableAsync(1);

        Assert.Equal(["holder (box: 0,1)", "small (box: 2)"], await HeldAsync());
        await IsUnknownAsync("named");
        Assert.Equal([1], (await RefusedAsync(AskIds("named", 1), RefusalReason.DisabledGpu)).Gpus);
        await RefusedAsync(Ask("wide", 3), RefusalReason.TooMany);
    }

    [Fact]
    public async Task A_declined_grant_whose_gpu_was_disabled_meanwhile_is_refused()
    {
        await HaveAsync(2);
        await GrantedAsync(AskIds("holder", 1), 1);
        await WaitsAsync(AskIds("a", 1), 1);
        await ReleaseAsync("holder");
        var grant = await NowHoldsAsync("a", 1);
        await DisableAsync(1);

        var decision = await Pool.DeclineAsync(grant, GpuObservation.Idle, Token);

        Assert.Equal((ReservationOutcome.Refused, RefusalReason.DisabledGpu), (decision.Outcome, decision.Reason));
        await IsUnknownAsync("a");
    }
}

using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    [Fact]
    public async Task First_come_first_served()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a", 2), 0, 1);
        await WaitsAsync(Ask("b"), 1);
        await WaitsAsync(Ask("c", 2), 2);
        await WaitsAsync(Ask("d"), 3);

        await ReleaseAsync("a");
        var b = await NowHoldsAsync("b", 0);
        await StillWaitsAsync("c", 1);
        await StillWaitsAsync("d", 2);
        await ReleaseAsync("b");
        var c = await NowHoldsAsync("c", 0, 1);
        await ReleaseAsync("c");
        var d = await NowHoldsAsync("d", 0);
        Assert.True(b.FencingNumber < c.FencingNumber && c.FencingNumber < d.FencingNumber);
    }

    [Fact]
    public async Task A_small_request_does_not_overtake_a_large_one()
    {
        await HaveAsync(4);
        await GrantedAsync(Ask("a", 3), 0, 1, 2);
        await WaitsAsync(Ask("large", 2), 1);
        await WaitsAsync(Ask("small"), 2);
        await WaitsAsync(AskIds("named", 3), 3);
        await WaitsAsync(AskShare("part", 0.1m), 4);
    }

    [Fact]
    public async Task A_newcomer_does_not_take_what_was_freed_for_a_waiter()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await ReleaseAsync("a");
        await WaitsAsync(Ask("newcomer"), 1);
        await NowHoldsAsync("b", 0);
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_is_refused_while_others_are_ahead()
    {
        await HaveAsync(3);
        await GrantedAsync(Ask("a", 2), 0, 1);
        await WaitsAsync(Ask("b", 2), 1);

        var refused = await RefusedAsync(Ask("c") with { Wait = false }, RefusalReason.Busy);

        Assert.Equal((1, 3), (refused.Free, refused.InService));
        await IsUnknownAsync("c");
        await StillWaitsAsync("b", 1);
    }

    [Fact]
    public async Task Later_requests_pass_only_with_gpus_that_could_not_serve_the_earlier()
    {
        await HaveAsync(4);
        await GrantedAsync(AskIds("holder", 0), 0);
        await WaitsAsync(AskIds("earlier", 0, 1), 1);

        await WaitsAsync(AskIds("wants-1", 1), 2);
        await GrantedAsync(AskIds("wants-2", 2), 2);
        await GrantedAsync(Ask("any"), 3);
        await WaitsAsync(Ask("any-more"), 3);
    }

    [Fact]
    public async Task Nobody_passes_a_request_that_any_gpu_could_serve()
    {
        await HaveAsync(4);
        await GrantedAsync(AskIds("holder", 0), 0);
        await WaitsAsync(Ask("all", 4), 1);
        await WaitsAsync(AskIds("named", 3), 2);

        Assert.Equal(["holder (box: 0)"], await HeldAsync());
    }

    [Fact]
    public async Task What_a_waiting_request_behind_another_could_use_is_spoken_for_too()
    {
        await HaveAsync(3);
        await GrantedAsync(AskIds("holder", 0), 0);
        await WaitsAsync(AskIds("first", 0), 1);
        await WaitsAsync(AskIds("second", 0, 1), 2);
        await WaitsAsync(AskIds("third", 1, 2), 3);
        await WaitsAsync(AskIds("fourth", 2), 4);
    }

    [Fact]
    public async Task A_request_for_memory_is_passed_only_with_gpus_that_are_too_small_for_it()
    {
        await Pool.InitializeAsync(new PoolLayout(Host, [Gpu(0, memory: 80 * GB), Gpu(1, memory: 24 * GB)]), false, false, Token);
        await GrantedAsync(AskIds("holder", 0), 0);
        await WaitsAsync(AskMemory("large", 40 * GB), 1);
        await GrantedAsync(Ask("small"), 1);
        await ReleaseAsync("small");
        await WaitsAsync(AskMemory("either", 10 * GB) with { Demand = new GpuDemand(Ids: [0]) }, 2);
    }

    [Fact]
    public async Task Positions_count_from_one_and_move_up()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await WaitsAsync(Ask("c"), 2);
        var last = await WaitsAsync(Ask("d", user: "dan"), 3);
        Assert.Equal((3, 1), (last.Waiting, last.InService));

        await ReleaseAsync("b");
        await StillWaitsAsync("c", 1);
        await StillWaitsAsync("d", 2);
        var queue = (await ReadAsync()).Queue;
        Assert.Equal([("c", 1, "ann"), ("d", 2, "dan")], queue.Select(entry => (entry.Id, entry.Position, entry.User)));
    }

    [Fact]
    public async Task When_the_first_in_line_leaves_those_behind_are_served()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("large", 2), 1);
        await WaitsAsync(Ask("small"), 2);
        await ReleaseAsync("large");
        await NowHoldsAsync("small", 1);
    }

    [Fact]
    public async Task Several_waiters_are_granted_by_one_release()
    {
        await HaveAsync(3);
        await GrantedAsync(Ask("a", 3), 0, 1, 2);
        await WaitsAsync(Ask("b"), 1);
        await WaitsAsync(Ask("c", 2), 2);
        await WaitsAsync(Ask("d"), 3);
        await ReleaseAsync("a");
        Assert.Equal(["b (box: 0)", "c (box: 1,2)"], await HeldAsync());
    }

    [Fact]
    public async Task The_line_shows_each_request_as_it_was_made()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a", 2), 0, 1);
        var request = AskIds("b", 1, 0) with { User = "bob", ActualUser = "root", Note = "later", Kind = ReservationKind.Command, Holder = Process(5) };
        await WaitsAsync(request, 1);

        var entry = Assert.Single((await ReadAsync()).Queue);
        Assert.Equal(("b", Host, "bob", "root", "later"), (entry.Id, entry.ComputerName, entry.User, entry.ActualUser, entry.Note));
        Assert.Equal((ReservationKind.Command, Process(5)), (entry.Kind, entry.Holder));
        Assert.Equal([0, 1], entry.Demand.Ids!.Order());
        Assert.Equal(entry.Since, entry.LastHeartbeat);
    }
}

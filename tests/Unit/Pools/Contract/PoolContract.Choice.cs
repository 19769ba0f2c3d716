using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    private async Task UseAsync(string user, params int[] gpus)
    {
        await GrantedAsync(AskIds("use", gpus) with { User = user }, gpus);
        await TickAsync();
        await ReleaseAsync("use");
        await TickAsync();
    }

    [Fact]
    public async Task Of_unused_gpus_the_lowest_id_is_taken()
    {
        await HaveAsync(12);
        await GrantedAsync(Ask("a", 11), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    [Fact]
    public async Task A_user_gets_back_the_gpu_used_last()
    {
        await HaveAsync(4);
        await UseAsync("ann", 2);
        await UseAsync("ann", 3);
        await UseAsync("ann", 2);
        await UseAsync("bob", 3);
        await UseAsync("bob", 1);

        await GrantedAsync(Ask("a", user: "ann"), 2);
        await GrantedAsync(Ask("b", user: "ann"), 3);
        await GrantedAsync(Ask("c", user: "bob"), 1);
    }

    [Fact]
    public async Task A_gpu_counts_as_the_users_own_though_others_used_it_since()
    {
        await HaveAsync(3);
        await UseAsync("ann", 1);
        await UseAsync("bob", 1);
        await GrantedAsync(Ask("a", user: "ann"), 1);
    }

    [Fact]
    public async Task Else_the_least_recently_used_is_taken()
    {
        await HaveAsync(3);
        await UseAsync("ann", 1);
        await UseAsync("ann", 0);
        await UseAsync("ann", 2);
        await GrantedAsync(Ask("a", user: "bob"), 1);
        await GrantedAsync(Ask("b", user: "bob"), 0);
        await ReleaseAsync("b");
        await GrantedAsync(Ask("c", user: "cid"), 2);
    }

    [Fact]
    public async Task A_gpu_that_was_never_used_comes_before_the_least_recently_used()
    {
        await HaveAsync(2);
        await UseAsync("ann", 0);
        await GrantedAsync(Ask("a", user: "bob"), 1);
    }

    [Fact]
    public async Task What_is_given_back_in_a_step_counts_in_the_same_step()
    {
        await HaveAsync(2);
        await GrantedAsync(AskBriefly("bobs") with { User = "bob" }, 0);
        await GrantedAsync(AskBriefly("anns") with { User = "ann" }, 1);
        await LeaseEndsAsync();
        await GrantedAsync(Ask("a", user: "ann"), 1);
    }

    [Fact]
    public async Task Parts_are_packed_where_they_leave_the_least()
    {
        await HaveAsync(4);
        await GrantedAsync(AskShare("a", 0.6m), 0);
        await GrantedAsync(AskShare("b", 0.5m), 1);
        await GrantedAsync(AskShare("c", 0.3m), 0);
        await GrantedAsync(AskShare("d", 0.2m), 1);
        await GrantedAsync(AskShare("e", 0.1m), 0);
        await GrantedAsync(AskShare("f", 0.4m), 2);
        await GrantedAsync(AskShare("g", 0.3m), 1);
    }

    [Fact]
    public async Task Parts_that_would_leave_the_same_go_to_the_lowest_id()
    {
        await HaveAsync(3);
        await GrantedAsync(AskShare("a", 0.6m), 0);
        await GrantedAsync(AskShare("b", 0.6m), 1);
        await GrantedAsync(AskShare("c", 0.4m), 0);
        await ReleaseAsync("c");
        await GrantedAsync(AskShare("d", 0.2m), 0);
        await GrantedAsync(AskShare("e", 0.2m), 0);
        await GrantedAsync(AskShare("f", 0.2m), 1);
    }

    [Fact]
    public async Task Parts_fill_a_gpu_up_to_its_whole_and_no_further()
    {
        await HaveAsync(1);
        await GrantedAsync(AskShare("a", 0.5m), 0);
        await GrantedAsync(AskShare("b", 0.4999m), 0);
        await WaitsAsync(AskShare("c", 0.0002m), 1);
        await ReleaseAsync("c");
        await GrantedAsync(AskShare("d", 0.0001m), 0);
        await WaitsAsync(AskShare("e", 0.0001m), 1);
    }

    [Fact]
    public async Task A_share_is_rounded_down_to_ten_thousandths_so_that_three_thirds_fit()
    {
        await HaveAsync(2);
        var grant = await GrantedAsync(AskShare("a", 1m / 3), 0);
        Assert.Equal(0.3333m, grant.Share);
        await GrantedAsync(AskShare("b", 1m / 3), 0);
        await GrantedAsync(AskShare("c", 1m / 3), 0);
        Assert.Equal(0.0001m, (await GrantedAsync(AskShare("d", 0.00001m), 0)).Share);
        await GrantedAsync(AskShare("e", 0.0001m), 1);
    }

    [Fact]
    public async Task A_whole_request_never_lands_on_parts_nor_a_part_on_a_whole()
    {
        await HaveAsync(3);
        await GrantedAsync(AskShare("part", 0.01m), 0);
        await GrantedAsync(Ask("whole"), 1);
        await RefusedAsync(Ask("a", 2) with { Wait = false }, RefusalReason.Busy);
        await RefusedAsync(AskIds("b", 0) with { Wait = false }, RefusalReason.Busy);
        await RefusedAsync(AskShare("c", 1m) with { Wait = false, Observation = Sees((2, "eve")) }, RefusalReason.Busy);
        await GrantedAsync(AskShare("d", 0.99m) with { Observation = GpuObservation.Idle }, 0);
        await GrantedAsync(AskShare("e", 0.5m), 2);
        await WaitsAsync(Ask("f"), 1);
    }

    [Fact]
    public async Task A_part_of_a_gpu_that_parts_already_use_is_open_though_it_is_in_use()
    {
        await HaveAsync(2);
        await GrantedAsync(AskShare("a", 0.5m), 0);
        await GrantedAsync(AskShare("b", 0.5m) with { Observation = Sees((0, "ann"), (1, "eve")) }, 0);
        Assert.Equal([null, "eve"], (await ReadAsync()).Gpus.Select(gpu => gpu.InUseBy));
    }

    [Fact]
    public async Task A_fresh_gpu_for_a_part_is_chosen_like_a_whole_one()
    {
        await HaveAsync(4);
        await UseAsync("ann", 3);
        await UseAsync("bob", 0);
        await GrantedAsync(AskShare("a", 0.6m) with { User = "ann" }, 3);
        await GrantedAsync(AskShare("b", 0.6m) with { User = "cid" }, 1);
    }

    [Fact]
    public async Task Memory_is_a_part_by_the_size_of_each_gpu()
    {
        await Pool.InitializeAsync(
            new PoolLayout(Host, [Gpu(0, memory: 80 * GB), Gpu(1, memory: 40 * GB), Gpu(2, memory: 16 * GB)]), false, false, Token);
        var a = await GrantedAsync(AskMemory("a", 20 * GB), 0);
        Assert.Equal((0.25m, 20 * GB), (a.Share, a.Memory));
        await GrantedAsync(AskIds("hold", 1), 1);
        await GrantedAsync(AskMemory("b", 60 * GB), 0);
        await WaitsAsync(AskMemory("c", 20 * GB), 1);
        await ReleaseAsync("hold");
        Assert.Equal(0.5m, (await NowHoldsAsync("c", 1)).Share);
        await GrantedAsync(AskMemory("d", (20 * GB) - 1), 1);
        await GrantedAsync(AskMemory("e", 16 * GB), 2);
    }
}

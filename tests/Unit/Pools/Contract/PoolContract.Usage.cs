using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    [Fact]
    public async Task A_finished_reservation_leaves_one_record_a_gpu()
    {
        await HaveAsync(3);
        var grant = await GrantedAsync(AskIds("a", 0, 2) with { Kind = ReservationKind.Command, User = "ann", ActualUser = "root" }, 0, 2);
        await TickAsync();
        await ReleaseAsync("a");

        var used = await UsageAsync();

        Assert.Equal([0, 2], used.Select(record => record.GpuId).Order());
        Assert.All(used, record =>
        {
            Assert.Equal(("a", Host, "ann", ReservationKind.Command, 1m),
                (record.ReservationId, record.Host, record.User, record.Kind, record.Share));
            Assert.Equal(grant.Since.ToUniversalTime(), record.Start.UtcDateTime);
            Assert.True(record.End > record.Start);
        });
    }

    [Fact]
    public async Task A_running_reservation_is_counted_with_its_part()
    {
        await HaveAsync(1);
        await GrantedAsync(AskShare("a", 0.25m), 0);
        var used = Assert.Single(await UsageAsync());
        Assert.Equal(("a", 0.25m, null), (used.ReservationId, used.Share, used.End));
        await ReleaseAsync("a");
        used = Assert.Single(await UsageAsync());
        Assert.Equal(0.25m, used.Share);
        Assert.NotNull(used.End);
    }

    [Fact]
    public async Task A_lost_reservation_counts_until_its_last_heartbeat()
    {
        await HaveAsync(1);
        await GrantedAsync(AskBriefly("a"), 0);
        await TickAsync();
        await LostAsync("a");
        var last = Assert.Single((await ReadAsync()).Reservations).LastHeartbeat;
        await LeaseEndsAsync();
        await GrantedAsync(Ask("b"), 0);
        var used = Assert.Single(await UsageAsync(), record => record.ReservationId == "a");
        Assert.Equal(last.ToUniversalTime(), used.End!.Value.UtcDateTime);
    }

    [Fact]
    public async Task A_lost_reservation_is_counted_even_before_it_is_reclaimed()
    {
        await HaveAsync(1);
        var grant = await GrantedAsync(AskBriefly("a"), 0);
        await LeaseEndsAsync();
        var used = Assert.Single(await UsageAsync());
        Assert.Equal(("a", grant.LastHeartbeat.ToUniversalTime()), (used.ReservationId, used.End?.UtcDateTime));
    }

    [Fact]
    public async Task Waiting_is_not_usage()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await ReleaseAsync("b");
        Assert.Equal(["a"], (await UsageAsync()).Select(used => used.ReservationId));
    }

    [Fact]
    public async Task What_ended_before_the_time_asked_for_is_left_out()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("old"));
        await ReleaseAsync("old");
        await GrantedAsync(Ask("long"));
        await TickAsync();
        await GrantedAsync(Ask("new"));
        await TickAsync();
        await ReleaseAsync("new");
        var ended = Assert.Single(await UsageAsync(), used => used.ReservationId == "new").End!.Value;

        var recent = await Pool.ReadUsageAsync(ended - TimeSpan.FromMilliseconds(1), Token);

        Assert.Equal(["long", "new"], recent.Select(used => used.ReservationId).Order());
    }

    [Fact]
    public async Task Usage_is_kept_for_a_set_time_and_trimmed_when_more_is_added()
    {
        await using var store = await CreateStoreAsync();
        await using var pool = await store.OpenAsync(usageKept: TimeSpan.FromSeconds(1));
        await pool.InitializeAsync(Layout(1), false, false, Token);
        await pool.RequestAsync(Ask("old"), Token);
        await pool.ReleaseAsync(Host, "old", Token);
        await store.PassAsync(TimeSpan.FromSeconds(1.2));
        await pool.RequestAsync(Ask("new"), Token);
        await pool.ReleaseAsync(Host, "new", Token);

        var used = await pool.ReadUsageAsync(DateTimeOffset.UnixEpoch, Token);

        Assert.Equal(["new"], used.Select(record => record.ReservationId));
    }

    [Fact]
    public async Task Usage_of_all_hosts_is_told()
    {
        await HaveAsync(1);
        await HaveAsync(1, "other");
        await GrantedAsync(Ask("a"), 0);
        await GrantedAsync(Ask("b") with { Host = "other" }, 0);
        await ReleaseAsync("b", "other");
        Assert.Equal([("a", Host), ("b", "other")], (await UsageAsync()).Select(used => (used.ReservationId, used.Host)).Order());
    }
}

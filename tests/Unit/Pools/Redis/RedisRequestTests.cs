using System.Net;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using static GpuOps.Unit.Pools.Redis.RedisRig;

namespace GpuOps.Unit.Pools.Redis;

public sealed class RedisRequestTests
{
    public static TheoryData<GpuDemand> Wrong => new(
        new GpuDemand(),
        new GpuDemand(Count: 0),
        new GpuDemand(Count: -1),
        new GpuDemand(Count: 1, Share: 0.5m),
        new GpuDemand(Ids: []),
        new GpuDemand(Ids: [1, 2, 1]),
        new GpuDemand(Share: 0),
        new GpuDemand(Share: 1.01m),
        new GpuDemand(Memory: 0));

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_demand_that_makes_no_sense_never_reaches_the_store(GpuDemand demand) =>
        Assert.Equal(
            demand switch
            {
                { Share: 0 or 1.01m } => "InvalidShare",
                { Ids.Count: 3 } => "DuplicateGpu",
                _ => "InvalidDemand",
            },
            (await FailsAsync(Want(demand))).Id);

    [Fact]
    public async Task A_duration_belongs_to_timed_reservations_only()
    {
        Assert.Equal("InvalidRequest", (await FailsAsync(Want() with { Duration = TimeSpan.FromHours(1) })).Id);
        Assert.Equal("InvalidRequest", (await FailsAsync(Want() with { Kind = ReservationKind.Timed })).Id);
        Assert.Equal("InvalidDuration", (await FailsAsync(Want() with { Kind = ReservationKind.Timed, Duration = TimeSpan.Zero })).Id);
        Assert.Equal("InvalidDuration", (await FailsAsync(Want() with { Kind = ReservationKind.Timed, Duration = TimeSpan.FromDays(36500) })).Id);
        Assert.Equal("InvalidDuration", (await FailsAsync(Want() with { Lease = TimeSpan.Zero })).Id);
    }

    // No server is there: what reaches for one fails in another way.
    private static async Task<GpuOpsException> FailsAsync(ReservationRequest request)
    {
        await using var pool = new RedisGpuPool(new RedisPoolOptions { EndPoints = [new DnsEndPoint("127.0.0.1", 1)] });
        return await Assert.ThrowsAsync<GpuOpsException>(() => pool.RequestAsync(request, Token));
    }
}

using System.Net;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Rigs;

namespace GpuOps.Unit.Pools.Redis;

/// <summary>Starts servers for these tests and speaks the shorthand they are written in.</summary>
internal static class RedisRig
{
    public const string Host = "h1";

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<RedisServerRig> StartAsync(RedisServerOptions? options = null)
    {
        var missing = options?.MovableClock == true ? RedisServerRig.MissingMovableClock : RedisServerRig.Missing;
        if (missing is not null && RigFiles.AreRequired)
            Assert.Fail(missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        return RedisServerRig.StartAsync(options);
    }

    public static RedisPoolOptions Options(this RedisServerRig rig) => new() { EndPoints = [new DnsEndPoint("127.0.0.1", rig.Port)] };

    public static RedisGpuPool Pool(this RedisServerRig rig, Func<RedisPoolOptions, RedisPoolOptions>? change = null) =>
        new(change is null ? rig.Options() : change(rig.Options()));

    /// <summary>A pool whose host has some GPUs of 80 GB.</summary>
    public static async Task<RedisGpuPool> PoolAsync(
        this RedisServerRig rig, int gpus, Func<RedisPoolOptions, RedisPoolOptions>? change = null)
    {
        var pool = rig.Pool(change);
        await pool.InitializeAsync(Layout(gpus), force: false, dryRun: false, Token);
        return pool;
    }

    public static PoolLayout Layout(int gpus, string host = Host) => new(host,
    [
        .. Enumerable.Range(0, gpus).Select(id => new PoolGpu
        {
            Host = host,
            Id = id,
            Device = $"{id}",
            Uuid = $"GPU-{host}-{id}",
            Model = "Test 80",
            MemoryTotal = 80L << 30,
            Provider = GpuProvider.Fake,
        }),
    ]);

    public static ReservationRequest Want(int count = 1, bool wait = true, string user = "ann") => Want(new GpuDemand(count), wait, user);

    public static ReservationRequest Want(GpuDemand demand, bool wait = true, string user = "ann") => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        Host = Host,
        Demand = demand,
        User = user,
        ActualUser = user,
        Wait = wait,
    };

    public static async Task<GpuReservation> GrantAsync(this RedisGpuPool pool, ReservationRequest request)
    {
        var decision = await pool.RequestAsync(request, Token);
        Assert.Equal(ReservationOutcome.Granted, decision.Outcome);
        return decision.Reservation!;
    }
}

using System.Collections.Concurrent;
using System.Net;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Rigs;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>A pool of its own on a real redis-server, whose clock is real or, under libfaketime, made up.</summary>
public sealed class RedisStore : PoolStore
{
    // Servers are used again by the next test, each pool under a new name.
    private static readonly ConcurrentBag<RedisServerRig> IdleReal = [], IdleFake = [];

    private readonly RedisServerRig _server;
    private readonly bool _fake;
    private readonly string _pool = Guid.NewGuid().ToString("N");
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private RedisStore(RedisServerRig server, bool fake) => (_server, _fake) = (server, fake);

    public override bool HasFakeClock => _fake;

    public override DateTimeOffset Now => _fake ? _now : base.Now;

    public override TimeSpan ShortLease => _fake ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(400);

    public static async ValueTask<PoolStore> CreateAsync(bool fakeClock)
    {
        var missing = fakeClock ? RedisServerRig.MissingMovableClock : RedisServerRig.Missing;
        if (missing is not null && RigFiles.AreRequired)
            Assert.Fail(missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var idle = fakeClock ? IdleFake : IdleReal;
        var server = idle.TryTake(out var used) ? used : await RedisServerRig.StartAsync(new RedisServerOptions { MovableClock = fakeClock });
        var store = new RedisStore(server, fakeClock);
        if (fakeClock)
            server.FreezeClock(store._now);
        return store;
    }

    /// <summary>Ends the servers of the whole run.</summary>
    public static async Task EndServersAsync()
    {
        foreach (var idle in new[] { IdleReal, IdleFake })
        {
            while (idle.TryTake(out var server))
                await server.DisposeAsync();
        }
    }

    public override ValueTask<IGpuPool> OpenAsync(TimeSpan? usageKept = null)
    {
        var options = new RedisPoolOptions { EndPoints = [new DnsEndPoint("127.0.0.1", _server.Port)], Pool = _pool };
        if (usageKept is { } retention)
            options = options with { UsageRetention = retention };
        return ValueTask.FromResult<IGpuPool>(new RedisGpuPool(options));
    }

    public override async Task PassAsync(TimeSpan time)
    {
        if (_fake)
        {
            _server.FreezeClock(_now += time);
            return;
        }

        // The server's clock is this machine's.
        for (var end = DateTimeOffset.UtcNow + time; end > DateTimeOffset.UtcNow;)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, (end - DateTimeOffset.UtcNow).TotalMilliseconds)));
    }

    public override void SetBack(TimeSpan time)
    {
        if (!_fake)
            base.SetBack(time);
        _server.FreezeClock(_now -= time);
    }

    public override ValueTask DisposeAsync()
    {
        (_fake ? IdleFake : IdleReal).Add(_server);
        return ValueTask.CompletedTask;
    }
}

using GpuOps.Unit.Pools.Contract;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>The Redis store decides as the model does while the server's clock is moved forth and back.</summary>
public sealed class RedisTimeProperties : PoolProperties
{
    protected override int Count => 150;

    protected override ValueTask<PoolStore> CreateStoreAsync() => RedisStore.CreateAsync(fakeClock: true);
}

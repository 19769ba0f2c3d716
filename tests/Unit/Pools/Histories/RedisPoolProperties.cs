using GpuOps.Unit.Pools.Contract;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>The Redis store decides as the model does, in real time.</summary>
public sealed class RedisPoolProperties : PoolProperties
{
    protected override int Count => 80;

    protected override ValueTask<PoolStore> CreateStoreAsync() => RedisStore.CreateAsync(fakeClock: false);
}

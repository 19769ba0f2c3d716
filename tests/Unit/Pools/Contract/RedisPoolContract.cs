namespace GpuOps.Unit.Pools.Contract;

/// <summary>The Redis store keeps the contract in real time.</summary>
public sealed class RedisPoolContract : PoolContract
{
    protected override ValueTask<PoolStore> CreateStoreAsync() => RedisStore.CreateAsync(fakeClock: false);
}

namespace GpuOps.Unit.Pools.Contract;

/// <summary>The Redis store keeps the contract under a server whose clock is moved forth and back.</summary>
public sealed class RedisTimeContract : FakeTimePoolContract
{
    protected override ValueTask<PoolStore> CreateStoreAsync() => RedisStore.CreateAsync(fakeClock: true);
}

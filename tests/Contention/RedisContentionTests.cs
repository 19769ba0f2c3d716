namespace GpuOps.Contention;

/// <summary>Processes that share a Redis server.</summary>
public sealed class RedisContentionTests : ContentionTests
{
    protected override Task<ContendedStore> CreateStoreAsync() => ContendedStore.RedisAsync();
}

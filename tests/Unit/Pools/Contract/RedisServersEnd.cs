using GpuOps.Unit.Pools.Contract;

[assembly: AssemblyFixture(typeof(RedisServersEnd))]

namespace GpuOps.Unit.Pools.Contract;

/// <summary>Ends the redis-servers that the contract's stores shared, after the last test.</summary>
public sealed class RedisServersEnd : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await RedisStore.EndServersAsync();
}

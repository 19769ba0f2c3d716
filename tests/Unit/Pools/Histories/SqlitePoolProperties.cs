using GpuOps.Unit.Pools.Contract;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>The SQLite store decides as the model does.</summary>
public sealed class SqlitePoolProperties : PoolProperties
{
    protected override int Count => 150;

    protected override ValueTask<PoolStore> CreateStoreAsync() => ValueTask.FromResult<PoolStore>(new SqliteStore());
}

namespace GpuOps.Unit.Pools.Contract;

/// <summary>The SQLite store keeps the contract.</summary>
public sealed class SqlitePoolContract : FakeTimePoolContract
{
    protected override ValueTask<PoolStore> CreateStoreAsync() => ValueTask.FromResult<PoolStore>(new SqliteStore());
}

namespace GpuOps.Contention;

/// <summary>Processes that share a SQLite file.</summary>
public sealed class SqliteContentionTests : ContentionTests
{
    protected override Task<ContendedStore> CreateStoreAsync() => Task.FromResult(ContendedStore.Sqlite());
}

namespace GpuOps.Unit.Pools.Contract;

/// <summary>The model passes what the stores pass, or comparing stores with it would prove nothing.</summary>
public sealed class ModelPoolContract : FakeTimePoolContract
{
    protected override ValueTask<PoolStore> CreateStoreAsync() => ValueTask.FromResult<PoolStore>(new ModelStore());
}

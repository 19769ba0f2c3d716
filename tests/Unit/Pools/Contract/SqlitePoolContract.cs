using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>The SQLite store keeps the contract.</summary>
public sealed class SqlitePoolContract : FakeTimePoolContract
{
    [Fact]
    public async Task A_clock_set_forward_expires_nobody()
    {
        await HaveAsync(1);
        var a = await GrantedAsync(Ask("a"), 0);
        await Store.PassAsync(TimeSpan.FromMinutes(1));
        Store.SetBack(TimeSpan.FromHours(-1));
        await RefusedAsync(Ask("b") with { Wait = false }, RefusalReason.Busy);
        Assert.Empty(await LostAsync("a"));
        Assert.Equal(a.Since + TimeSpan.FromHours(1), Assert.Single((await ReadAsync()).Reservations).Since);
        await Store.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(["a"], await LostAsync("a"));
    }

    protected override ValueTask<PoolStore> CreateStoreAsync() => ValueTask.FromResult<PoolStore>(new SqliteStore());
}

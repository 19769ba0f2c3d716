using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>An empty store of its own for one test, and the clients that share it.</summary>
public abstract class PoolStore : IAsyncDisposable
{
    /// <summary>True when time is made up, so that a test may let hours pass and set the clock back.</summary>
    public abstract bool HasFakeClock { get; }

    /// <summary>The made-up time.</summary>
    public virtual DateTimeOffset Now => throw new NotSupportedException("The clock of this store is real.");

    /// <summary>A clock that nobody can set, where the store counts by one; its zero is of no importance.</summary>
    public virtual TimeSpan? Steady => null;

    /// <summary>A lease that ends soon: as short as the store's clock and a busy machine allow.</summary>
    public abstract TimeSpan ShortLease { get; }

    /// <summary>Opens one more client of this store.</summary>
    /// <param name="usageKept">How long finished reservations stay in the usage; null for the store's default.</param>
    public abstract ValueTask<IGpuPool> OpenAsync(TimeSpan? usageKept = null);

    /// <summary>Returns when the store's clock has moved on by this much.</summary>
    public abstract Task PassAsync(TimeSpan time);

    /// <summary>Sets the store's clock back, as an administrator or a time server does.</summary>
    public virtual void SetBack(TimeSpan time) => throw new NotSupportedException("The clock of this store is real.");

    public abstract ValueTask DisposeAsync();
}

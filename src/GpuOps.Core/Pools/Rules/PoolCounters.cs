namespace GpuOps.Pools.Rules;

/// <summary>What the hosts of a pool share: the clock and the numbers that only rise.</summary>
internal sealed class PoolCounters
{
    /// <summary>The last fencing number given out.</summary>
    public long Fence { get; set; }

    /// <summary>The last place in line given out.</summary>
    public long Place { get; set; }

    /// <summary>The latest time the pool saw, in pool milliseconds.</summary>
    public long Clock { get; set; }

    /// <summary>How far the pool's time is ahead of the store's clock, because that was set back.</summary>
    public long Offset { get; set; }

    /// <summary>Reads the clock so that the pool's time never runs backwards.</summary>
    /// <param name="storeTime">The store's clock, in Unix milliseconds.</param>
    public long Advance(long storeTime)
    {
        if (storeTime + Offset < Clock)
        {
            Offset = Clock - storeTime;
        }

        return Clock = storeTime + Offset;
    }
}

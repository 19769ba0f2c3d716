namespace GpuOps.Pools.Rules;

/// <summary>What the hosts of a pool share: the clock and the numbers that only rise.</summary>
internal sealed class PoolCounters
{
    private const long SameTime = 1_000;

    /// <summary>The last fencing number given out.</summary>
    public long Fence { get; set; }

    /// <summary>The last place in line given out.</summary>
    public long Place { get; set; }

    /// <summary>The latest time the pool saw, in pool milliseconds.</summary>
    public long Clock { get; set; }

    /// <summary>How far the pool's time is ahead of the clock on the wall, because that was set: back above zero, forward below.</summary>
    public long Offset { get; set; }

    /// <summary>The boot in which <see cref="Ticks"/> were read; empty when there was none.</summary>
    public string Boot { get; set; } = "";

    /// <summary>The steady clock at <see cref="Clock"/>, in milliseconds.</summary>
    public long Ticks { get; set; }

    /// <summary>
    /// Moves the pool's time on by what the steady clock counted, so that setting the clock on the wall neither keeps
    /// the dead nor expires the living. After a new start the clock on the wall is all there is; time never runs
    /// backwards.
    /// </summary>
    /// <param name="now">The host's clocks.</param>
    public long Advance(HostClock now)
    {
        var passed = now.Ticks - Ticks;
        Clock = now.Boot.Length > 0 && now.Boot == Boot && passed >= 0 ? Clock + passed : Math.Max(Clock, now.Wall + Offset);
        (Boot, Ticks) = (now.Boot, now.Ticks);
        var offset = Clock - now.Wall;
        // The two clocks tick apart by less than this; shown times should not tremble with them.
        if (Math.Abs(offset - Offset) > SameTime)
        {
            Offset = offset;
        }

        return Clock;
    }
}

using GpuOps.Pools.Reservations;

namespace GpuOps.Pools.Rules;

/// <summary>A host's clocks at one moment.</summary>
/// <param name="Wall">The clock on the wall, in Unix milliseconds; an administrator or a time server may set it.</param>
/// <param name="Boot">The boot in which the steady clock runs; empty where the system does not say.</param>
/// <param name="Ticks">The steady clock, in milliseconds since some moment of the boot; the same for all processes.</param>
internal readonly record struct HostClock(long Wall, string Boot, long Ticks)
{
    /// <summary>Reads the clocks.</summary>
    /// <param name="time">Where from.</param>
    public static HostClock Read(TimeProvider time) => new(
        time.GetUtcNow().ToUnixTimeMilliseconds(), LocalProcesses.Boot, time.GetTimestamp() / (time.TimestampFrequency / 1_000));
}

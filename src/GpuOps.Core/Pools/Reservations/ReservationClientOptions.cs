namespace GpuOps.Pools.Reservations;

/// <summary>How a client waits.</summary>
public sealed record ReservationClientOptions
{
    /// <summary>How long to go without news before asking again; the safety net under the store's bell.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the first in line looks for dead holders and for squatters that have left.</summary>
    public TimeSpan HeadInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to give the store to forget a request that was cancelled.</summary>
    public TimeSpan CleanupTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

namespace GpuOps.Pools;

/// <summary>A GPU as the pool knows it: what it is, and whether it is in service.</summary>
public sealed record PoolGpu
{
    /// <summary>The host it is in.</summary>
    public required string Host { get; init; }

    /// <summary>Its number in the pool, from 0 on each host.</summary>
    public required int Id { get; init; }

    /// <summary>What the driver calls it in a visible-devices variable: an index, or a MIG instance's uuid.</summary>
    public string Device { get; init; } = "";

    /// <summary>The driver's name that stays the same over reboots; empty without telemetry.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The product name; empty without telemetry.</summary>
    public string Model { get; init; } = "";

    /// <summary>Its memory in bytes; 0 when not known.</summary>
    public long MemoryTotal { get; init; }

    /// <summary>Who makes it.</summary>
    public GpuProvider Provider { get; init; }

    /// <summary>Why it is out of service; null when it is in service.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Who took it out of service.</summary>
    public string? DisabledBy { get; init; }

    /// <summary>Since when it is out of service (local time).</summary>
    public DateTime? DisabledSince { get; init; }

    /// <summary>Who uses it without a reservation, as last observed by a client on its host; null when nobody does.</summary>
    public string? InUseBy { get; init; }
}

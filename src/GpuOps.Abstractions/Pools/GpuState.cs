namespace GpuOps.Pools;

/// <summary>What a GPU of a pool is doing, as far as the pool and the probe can tell.</summary>
public enum GpuState
{
    /// <summary>Nobody holds it and nobody uses it: it can be granted, wholly or in part.</summary>
    Available,

    /// <summary>Held by at least one reservation, wholly or in part.</summary>
    Reserved,

    /// <summary>Somebody uses it without a reservation; it is not granted until they stop.</summary>
    Unreserved,

    /// <summary>Taken out of service by an administrator; a present holder keeps it.</summary>
    Disabled,

    /// <summary>The probe should see it and does not: a hanging driver or a GPU that fell off the bus.</summary>
    Unknown,
}

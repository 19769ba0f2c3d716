namespace GpuOps.Pools;

/// <summary>What GPU hours are summed by.</summary>
public enum UsageGrouping
{
    /// <summary>By the user the reservation was for.</summary>
    User,

    /// <summary>By GPU.</summary>
    Gpu,

    /// <summary>By local calendar day; a reservation that spans midnight counts on both days.</summary>
    Day,
}

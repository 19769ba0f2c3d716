namespace GpuOps.Cmdlets.Binding;

/// <summary>What to do when a reservation is lost because its heartbeats did not arrive in time.</summary>
public enum OnLost
{
    /// <summary>Say so with a warning and let the work go on.</summary>
    Warn,

    /// <summary>Say so and stop what runs under the reservation.</summary>
    Stop,
}

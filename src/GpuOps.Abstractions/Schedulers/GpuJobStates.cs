namespace GpuOps.Schedulers;

/// <summary>What is true of the states.</summary>
public static class GpuJobStates
{
    /// <summary>Whether a job in this state is over.</summary>
    /// <param name="state">The state.</param>
    public static bool IsFinal(GpuJobState state) =>
        state is GpuJobState.Completed or GpuJobState.Failed or GpuJobState.Cancelled or GpuJobState.Lost;
}

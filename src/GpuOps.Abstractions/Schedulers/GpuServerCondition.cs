namespace GpuOps.Schedulers;

/// <summary>How well a queue service and its host are.</summary>
public enum GpuServerCondition
{
    /// <summary>70 or more.</summary>
    Healthy,

    /// <summary>30 or more: somebody should look.</summary>
    Degraded,

    /// <summary>Less than 30: jobs suffer, or are not started.</summary>
    Unhealthy,
}

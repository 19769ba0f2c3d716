namespace GpuOps.Schedulers;

/// <summary>How a job that another waits for must end.</summary>
public enum GpuJobDependencyType
{
    /// <summary>With exit code 0; when it ends otherwise, the waiting job is cancelled.</summary>
    Success,

    /// <summary>In any way.</summary>
    Any,
}

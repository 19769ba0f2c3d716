namespace GpuOps.Schedulers;

/// <summary>What a job is doing, in the words that all schedulers have in common.</summary>
public enum GpuJobState
{
    /// <summary>It waits: for resources, for other jobs, for a time, or because it is held.</summary>
    Queued,

    /// <summary>It has its resources, and its program is being started.</summary>
    Starting,

    /// <summary>Its program runs, or is stopped for a while and keeps its resources.</summary>
    Running,

    /// <summary>It ended with exit code 0.</summary>
    Completed,

    /// <summary>It ended otherwise: another exit code, a signal, a limit.</summary>
    Failed,

    /// <summary>Somebody ended it.</summary>
    Cancelled,

    /// <summary>Nobody can say how it ended.</summary>
    Lost,
}

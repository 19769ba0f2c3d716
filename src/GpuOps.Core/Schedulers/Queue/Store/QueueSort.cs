namespace GpuOps.Schedulers.Queue.Store;

/// <summary>What a listing of jobs is sorted by.</summary>
public enum QueueSort
{
    /// <summary>By number, which is also the order of arrival.</summary>
    Id,

    /// <summary>By priority, then by number: upwards, the higher priority comes first, as in the order of dispatch.</summary>
    Priority,

    /// <summary>By the moment of the end; jobs that are not over are left out.</summary>
    Ended,
}

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>What an event says.</summary>
public enum QueueEventKind
{
    /// <summary>A job is new, or stands differently.</summary>
    Changed,

    /// <summary>A job was removed.</summary>
    Removed,

    /// <summary>More happened than who watches has read; what came before this is to be read anew.</summary>
    Missed,
}

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>How to open a queue's store.</summary>
/// <param name="Folder">The queue's state folder, absolute. It is made, for its owner alone.</param>
public sealed record QueueStoreOptions(string Folder)
{
    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The database.</summary>
    public string File => Path.Combine(Folder, "queue.db");

    /// <summary>What the secrets are sealed with.</summary>
    public string KeyFile => Path.Combine(Folder, "queue.key");

    /// <summary>Held open by the one process that has the store.</summary>
    public string LockFile => Path.Combine(Folder, "queue.lock");

    /// <summary>What the jobs wrote, a folder a job.</summary>
    public string JobsFolder => Path.Combine(Folder, "jobs");
}

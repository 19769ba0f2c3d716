namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A job that was written to the store.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Job">As it is now; null when it was removed.</param>
public sealed record StoredChange(long Id, StoredJob? Job);

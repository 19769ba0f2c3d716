namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A piece of a listing.</summary>
/// <param name="Jobs">The jobs, in order.</param>
/// <param name="Next">The cursor of the next page; null when this is the last one.</param>
public sealed record QueuePage(IReadOnlyList<StoredJob> Jobs, string? Next);

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>Something that happened to a job.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">The job's id; empty for <see cref="QueueEventKind.Missed"/>.</param>
/// <param name="Job">The job as it is now, for <see cref="QueueEventKind.Changed"/>.</param>
public sealed record QueueEvent(QueueEventKind Kind, string Id, GpuJob? Job);

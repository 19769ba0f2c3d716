namespace GpuOps.Schedulers;

/// <summary>What became of a job that was waited for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Job">The job; null when the scheduler does not know it, or does not know it any more.</param>
public sealed record GpuJobEnd(string Id, GpuJob? Job);

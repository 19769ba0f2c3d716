using GpuOps.Configuration;

namespace GpuOps.Schedulers;

/// <summary>Takes jobs, runs them, and knows their state and logs: the queue of a host or a cluster's scheduler, wherever it is.</summary>
/// <remarks>
/// What goes wrong is a <see cref="Errors.GpuOpsException"/> whose message says what to do. A request that a scheduler has
/// no words for is refused with <c>JobRequestNotSupported</c>, and never taken by halves.
/// </remarks>
public interface IJobScheduler : IAsyncDisposable
{
    /// <summary>The backend's name, or the URI of one that has none.</summary>
    string Backend { get; }

    /// <summary>What a person calls it: <c>Slurm on this host</c>.</summary>
    string Description { get; }

    /// <summary>Submits a job, once.</summary>
    /// <param name="request">The job.</param>
    /// <param name="cancellationToken">Gives up; a job that was taken meanwhile is taken back, or may be found by its request's id.</param>
    /// <returns>The job as it is known then.</returns>
    Task<GpuJob> SubmitJobAsync(GpuJobRequest request, CancellationToken cancellationToken);

    /// <summary>Reads jobs, the oldest first unless the query says otherwise.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<GpuJob>> ReadJobsAsync(GpuJobQuery query, CancellationToken cancellationToken);

    /// <summary>Changes a job that has not begun.</summary>
    /// <param name="id">Which.</param>
    /// <param name="change">What.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job as it is then.</returns>
    Task<GpuJob> ChangeJobAsync(string id, GpuJobChange change, CancellationToken cancellationToken);

    /// <summary>Ends a job. It may take its time to end: wait for it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job as it is then.</returns>
    Task<GpuJob> StopJobAsync(string id, CancellationToken cancellationToken);

    /// <summary>Forgets a job that is over, and what it wrote.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task RemoveJobAsync(string id, CancellationToken cancellationToken);

    /// <summary>Waits for jobs, each of which comes when it is over.</summary>
    /// <param name="ids">Which.</param>
    /// <param name="interval">How often a scheduler is asked that tells nothing by itself; null for what does not burden it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncEnumerable<GpuJobEnd> WaitJobsAsync(IReadOnlyList<string> ids, TimeSpan? interval, CancellationToken cancellationToken);

    /// <summary>Reads what jobs write, each byte once.</summary>
    /// <param name="ids">Which.</param>
    /// <param name="options">What of it, and for how long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncEnumerable<GpuJobLogPiece> ReadLogsAsync(IReadOnlyList<string> ids, GpuJobLogOptions options, CancellationToken cancellationToken);

    /// <summary>Looks step by step whether it can be used.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncEnumerable<BackendCheck> TestAsync(CancellationToken cancellationToken);
}

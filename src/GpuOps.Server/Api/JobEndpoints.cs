using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Service;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Server.Api;

/// <summary>The jobs.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        app.MapPost(QueuePaths.Jobs, static async (GpuJobRequest request, Caller caller, QueueService queue, CancellationToken stop) =>
            TypedResults.Ok((await queue.SubmitAsync([request], caller.Name, stop))[0]));
        app.MapGet(QueuePaths.Jobs, static async ([AsParameters] JobFilter filter, Caller caller, QueueService queue, CancellationToken stop) =>
        {
            var (jobs, next) = await queue.ListAsync(ListingOf(filter, caller), stop);
            return TypedResults.Ok(new GpuJobPage(jobs, next));
        });
        app.MapGet(QueuePaths.Job, static async (string id, QueueService queue, CancellationToken stop) =>
            TypedResults.Ok(await queue.GetAsync(id, stop)));
        app.MapPatch(QueuePaths.Job, static async (string id, GpuJobChange change, Caller caller, QueueService queue, CancellationToken stop) =>
        {
            caller.MustOwn(await queue.GetAsync(id, stop));
            return TypedResults.Ok(await queue.ChangeAsync(id, change, stop));
        });
        app.MapPost(QueuePaths.Stop, static async (string id, Caller caller, QueueService queue, CancellationToken stop) =>
        {
            caller.MustOwn(await queue.GetAsync(id, stop));
            return TypedResults.Ok(await queue.CancelAsync(id, caller.Name, stop));
        });
        app.MapDelete(QueuePaths.Job, static async (string id, Caller caller, QueueService queue, CancellationToken stop) =>
        {
            caller.MustOwn(await queue.GetAsync(id, stop));
            await queue.RemoveAsync(id, stop);
            return TypedResults.NoContent();
        });
    }

    /// <summary>A job that there has to be.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>.</exception>
    public static async Task<GpuJob> GetAsync(this QueueService queue, string id, CancellationToken cancellationToken) =>
        await queue.FindAsync(id, cancellationToken)
        ?? throw new GpuOpsException("JobNotFound", GpuOpsErrorKind.NotFound, $"The queue has no job '{Values.Excerpt.Of(id)}'.", id);

    private static QueueListing ListingOf(JobFilter filter, Caller caller) => new()
    {
        Filter = new GpuJobQuery
        {
            Ids = filter.Id is { Length: > 0 } ids ? ids : null,
            Users = filter.Own == true ? [caller.Name] : filter.User is { Length: > 0 } users ? users : null,
            States = filter.State is { Length: > 0 } states ? states : null,
            Since = filter.Since,
        },
        Descending = filter.Newest == true,
        Limit = Math.Min(filter.Limit ?? QueueListing.MaxLimit, QueueListing.MaxLimit),
        Cursor = filter.Cursor,
    };
}

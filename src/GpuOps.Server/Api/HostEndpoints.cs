using GpuOps.Errors;
using GpuOps.Pools.Sessions;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Health;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server.Api;

/// <summary>The host: its GPUs, and how well it is.</summary>
internal static class HostEndpoints
{
    public static void MapHost(this IEndpointRouteBuilder app)
    {
        app.MapGet(QueuePaths.Health, static async (HostHealth health, QueueService queue, CancellationToken stop) =>
            TypedResults.Ok(await health.ReadAsync(queue.Trouble, stop)));
        app.MapGet(QueuePaths.Gpus, static async (PoolSession pool, CancellationToken stop) =>
            TypedResults.Ok(await pool.ReadStatusAsync(pool.LocalHost, stop)));
        app.MapPost(QueuePaths.DisableGpu, static async (int id, string? reason, Caller caller, PoolSession pool, QueueService queue, CancellationToken stop) =>
        {
            await SetServiceAsync(id, string.IsNullOrWhiteSpace(reason) ? "disabled" : reason, caller, pool, queue, stop);
            return TypedResults.NoContent();
        });
        app.MapPost(QueuePaths.EnableGpu, static async (int id, Caller caller, PoolSession pool, QueueService queue, CancellationToken stop) =>
        {
            await SetServiceAsync(id, null, caller, pool, queue, stop);
            return TypedResults.NoContent();
        });
    }

    private static async Task SetServiceAsync(int id, string? reason, Caller caller, PoolSession pool, QueueService queue, CancellationToken cancellationToken)
    {
        if (!caller.IsAdministrator)
            throw new GpuOpsException("NotAdministrator", GpuOpsErrorKind.NotAllowed, $"Only administrators of the service change which GPUs are in service, and you are {caller.Name}.");
        if ((await pool.Pool.SetServiceAsync(pool.LocalHost, [id], reason, caller.Name, cancellationToken)).Count > 0)
            throw new GpuOpsException("UnknownGpu", GpuOpsErrorKind.NotFound, $"The pool has no GPU {id} on '{pool.LocalHost}'.", id);
        queue.LookAgain();
    }
}

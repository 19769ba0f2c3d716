using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server.Api;

/// <summary>The service itself.</summary>
internal static class ServerEndpoints
{
    public static void MapServer(this IEndpointRouteBuilder app)
    {
        app.MapGet(QueuePaths.Server, static async (ServiceFacts facts, CancellationToken stop) => TypedResults.Ok(await facts.TellAsync(stop)));
        app.MapPost(QueuePaths.StopServer, static async (bool? jobs, Caller caller, ServiceFacts facts, QueueService queue, CancellationToken stop) =>
        {
            if (!caller.IsAdministrator)
                throw new GpuOpsException("ServiceOfSomebodyElse", GpuOpsErrorKind.NotAllowed, $"The service is not {caller.Name}'s to end.");
            if (jobs == true)
                await queue.EndJobsAsync(caller.Name, stop);
            facts.End();
            return TypedResults.Accepted((string?)null);
        });
    }
}

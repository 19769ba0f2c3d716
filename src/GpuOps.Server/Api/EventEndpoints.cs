using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server.Api;

/// <summary>Jobs whenever they change.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder app) =>
        app.MapGet(QueuePaths.Events, static (string[]? id, QueueService queue, IHostApplicationLifetime life, CancellationToken stop) =>
            TypedResults.ServerSentEvents(WatchAsync((id ?? []).ToHashSet(), queue, life, stop)));

    private static async IAsyncEnumerable<SseItem<GpuJob>> WatchAsync(HashSet<string> ids, QueueService queue, IHostApplicationLifetime life, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // First, so that nothing is missed between a look and the news.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, life.ApplicationStopping);
        var news = queue.Watch(either.Token);
        foreach (var item in await LookAsync(ids, queue, cancellationToken))
            yield return item;
        await foreach (var happened in news)
        {
            if (happened.Kind == QueueEventKind.Missed)
            {
                foreach (var item in await LookAsync(ids, queue, cancellationToken))
                    yield return item;
            }
            else if (ids.Count == 0 || ids.Contains(happened.Id))
            {
                yield return happened.Job is { } job ? new SseItem<GpuJob>(job) : Removed(happened.Id);
            }
        }
    }

    private static async Task<List<SseItem<GpuJob>>> LookAsync(HashSet<string> ids, QueueService queue, CancellationToken cancellationToken)
    {
        List<SseItem<GpuJob>> items = [];
        foreach (var id in ids)
            items.Add(await queue.FindAsync(id, cancellationToken) is { } job ? new SseItem<GpuJob>(job) : Removed(id));
        return items;
    }

    private static SseItem<GpuJob> Removed(string id) => new(new GpuJob { Id = id }, QueuePaths.RemovedEvent);
}

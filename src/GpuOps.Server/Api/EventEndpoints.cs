using System.Net.ServerSentEvents;
using System.Text.Json;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server.Api;

/// <summary>Jobs whenever they change.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder app) =>
        app.MapGet(QueuePaths.Events, static async (string[]? id, QueueService queue, IHostApplicationLifetime life, HttpContext context) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
            try
            {
                // First, so that nothing is missed between a look and the news.
                var news = queue.Watch(either.Token);
                await context.WriteEventsAsync(WatchAsync((id ?? []).ToHashSet(), queue, news, either.Token), static (item, to) =>
                {
                    using var json = new Utf8JsonWriter(to);
                    JsonSerializer.Serialize(json, item.Data, QueueJson.Default.GpuJob);
                });
            }
            finally
            {
                // Ends the watch, however far it came.
                await either.CancelAsync();
            }
        });

    private static async IAsyncEnumerable<SseItem<GpuJob>> WatchAsync(
        HashSet<string> ids, QueueService queue, IAsyncEnumerable<QueueEvent> news, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in await LookAsync(ids, queue, cancellationToken))
            yield return item;
        await foreach (var happened in news)
        {
            if (happened.Kind == QueueEventKind.Missed)
            {
                if (ids.Count == 0)
                    yield return new SseItem<GpuJob>(new GpuJob(), QueuePaths.MissedEvent);
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

using System.Buffers;
using System.Net.ServerSentEvents;

namespace GpuOps.Server.Api;

/// <summary>Server-sent events as an answer.</summary>
internal static class EventStream
{
    /// <summary>Begins the answer, which tells its reader that from now on nothing is missed; then sends one after the other.</summary>
    /// <typeparam name="T">What an event tells.</typeparam>
    /// <param name="context">The request.</param>
    /// <param name="items">The events.</param>
    /// <param name="format">Writes one.</param>
    public static async Task WriteEventsAsync<T>(this HttpContext context, IAsyncEnumerable<SseItem<T>> items, Action<SseItem<T>, IBufferWriter<byte>> format)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache,no-store";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await SseFormatter.WriteAsync(items, context.Response.Body, format, context.RequestAborted);
    }
}

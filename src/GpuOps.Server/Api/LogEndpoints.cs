using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server.Api;

/// <summary>What jobs write.</summary>
internal static class LogEndpoints
{
    public static void MapLogs(this IEndpointRouteBuilder app)
    {
        app.MapGet(QueuePaths.Log, static async (string id, string stream, long? offset, int? tail, Caller caller, QueueService queue, HttpContext context) =>
        {
            var log = await OpenAsync(id, stream, caller, queue, context.RequestAborted);
            context.Response.ContentType = "application/octet-stream";
            await foreach (var (bytes, _) in log.ReadAsync(await log.StartAsync(offset, tail, context.RequestAborted), context.RequestAborted))
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        });
        app.MapGet(QueuePaths.FollowedLog, static async (string id, string stream, long? offset, int? tail, Caller caller, QueueService queue, IHostApplicationLifetime life, HttpContext context) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
            var log = await OpenAsync(id, stream, caller, queue, either.Token);
            await context.WriteEventsAsync(FollowAsync(log, await log.StartAsync(offset, tail, either.Token), either.Token), static (item, to) => Encoding.ASCII.GetBytes(item.Data, to));
        });
    }

    private static async Task<JobLog> OpenAsync(string id, string stream, Caller caller, QueueService queue, CancellationToken cancellationToken)
    {
        var job = await queue.GetAsync(id, cancellationToken);
        caller.MustOwn(job);
        var path = stream switch
        {
            "output" => job.OutputPath,
            "error" => job.ErrorPath,
            _ => throw new GpuOpsException("UnknownLogStream", GpuOpsErrorKind.InvalidArgument, $"A job has 'output' and 'error', not '{stream}'.", stream),
        };
        return new JobLog(path, async token => await queue.FindAsync(id, token) is not { IsFinished: false });
    }

    /// <summary>Each event is a piece in base 64; its id is the offset behind it, where somebody who lost the connection goes on.</summary>
    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(JobLog log, long start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (bytes, end) in log.FollowAsync(start, cancellationToken))
            yield return new SseItem<string>(Convert.ToBase64String(bytes.Span)) { EventId = end.ToString(CultureInfo.InvariantCulture) };
    }
}

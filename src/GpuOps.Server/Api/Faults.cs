using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Api;

namespace GpuOps.Server.Api;

/// <summary>Errors as answers.</summary>
internal static partial class Faults
{
    private static readonly Dictionary<GpuOpsErrorKind, int> Statuses = new()
    {
        [GpuOpsErrorKind.InvalidArgument] = StatusCodes.Status400BadRequest,
        [GpuOpsErrorKind.InvalidData] = StatusCodes.Status500InternalServerError,
        [GpuOpsErrorKind.NotFound] = StatusCodes.Status404NotFound,
        [GpuOpsErrorKind.AlreadyExists] = StatusCodes.Status409Conflict,
        [GpuOpsErrorKind.Busy] = StatusCodes.Status409Conflict,
        [GpuOpsErrorKind.NotAllowed] = StatusCodes.Status403Forbidden,
        [GpuOpsErrorKind.Authentication] = StatusCodes.Status401Unauthorized,
        [GpuOpsErrorKind.Exhausted] = StatusCodes.Status507InsufficientStorage,
        [GpuOpsErrorKind.NotReady] = StatusCodes.Status503ServiceUnavailable,
        [GpuOpsErrorKind.Unreachable] = StatusCodes.Status503ServiceUnavailable,
        [GpuOpsErrorKind.Timeout] = StatusCodes.Status504GatewayTimeout,
    };

    /// <summary>Makes an answer of what an endpoint throws.</summary>
    /// <param name="app">The service.</param>
    public static void UseFaults(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest })
                await WriteAsync(context, context.Response.StatusCode, Refusal(context, context.Response.StatusCode, null));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads the answer.
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // What is followed is not over: its reader must not take this for an end.
            context.Abort();
        }
        catch (GpuOpsException fault) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Statuses.GetValueOrDefault(fault.Kind, StatusCodes.Status500InternalServerError), new QueueFault(fault.Id, fault.Kind, fault.Message));
        }
        catch (BadHttpRequestException fault) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, fault.StatusCode, Refusal(context, fault.StatusCode, (fault.InnerException ?? fault).Message));
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            Failed(app.Logger, context.Request.Method, context.Request.Path, fault);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, new QueueFault("UnexpectedFailure", GpuOpsErrorKind.InvalidData, $"The service failed: {fault.Message}"));
        }
    });

    /// <summary>What was wrong with a request that no endpoint has seen.</summary>
    private static QueueFault Refusal(HttpContext context, int status, string? what) => status switch
    {
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => new("NoSuchAddress", GpuOpsErrorKind.InvalidArgument,
            $"The service knows no {context.Request.Method} {Values.Excerpt.Of(context.Request.Path.Value ?? "")}. Is it another version? {QueuePaths.Server} tells."),
        StatusCodes.Status413PayloadTooLarge => new("RequestTooLarge", GpuOpsErrorKind.InvalidArgument,
            $"The service takes requests of {QueuePaths.LargestRequest >> 20} MB at most. Put a large script into a file, and submit a command that runs it."),
        StatusCodes.Status415UnsupportedMediaType => new("InvalidRequest", GpuOpsErrorKind.InvalidArgument,
            "The request makes no sense: its body has to be JSON, and its content type application/json."),
        _ => new("InvalidRequest", GpuOpsErrorKind.InvalidArgument, $"The request makes no sense: {what ?? "its body cannot be read."}"),
    };

    private static Task WriteAsync(HttpContext context, int status, QueueFault fault)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(fault, QueueJson.Default.QueueFault);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void Failed(ILogger logger, string method, string path, Exception fault);
}

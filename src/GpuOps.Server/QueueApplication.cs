using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Health;
using GpuOps.Schedulers.Queue.Service;
using GpuOps.Server.Api;

namespace GpuOps.Server;

/// <summary>The queue as a web application on a Unix socket.</summary>
internal static class QueueApplication
{
    /// <summary>How many can wait to be let in; the system may allow fewer.</summary>
    private const int Waiting = 4096;

    /// <summary>How long who reads slowly can keep it from ending.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Puts it together.</summary>
    /// <param name="location">Where it listens.</param>
    /// <param name="options">What the queue works with.</param>
    /// <param name="queue">The queue.</param>
    public static WebApplication Build(QueueLocation location, QueueServiceOptions options, QueueService queue)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "gpuops-server", ContentRootPath = location.Folder });
        builder.Logging.ClearProviders().AddSimpleConsole(static console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-dd HH:mm:ssZ "))
            .SetMinimumLevel(LogLevel.Warning);
        // What is left of an earlier one: the lock on the queue's store says that nobody listens any more.
        File.Delete(location.Socket);
        builder.WebHost.UseSockets(static sockets => sockets.Backlog = Waiting);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(location.Socket);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = QueuePaths.LargestRequest;
            // Who reads a log page by page is not cut off. He holds up nobody: nothing more is read before he takes it.
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.ConfigureHttpJsonOptions(static json => RequestJson.Prepare(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(queue).AddSingleton(options.Pool).AddSingleton(options).AddSingleton(location).AddSingleton<ServiceFacts>().AddSingleton(new HostHealth(location.Folder, options.Time));
        var app = builder.Build();
        app.UseFaults();
        app.MapServer();
        app.MapJobs();
        app.MapLogs();
        app.MapEvents();
        app.MapHost();
        app.MapMetrics();
        return app;
    }
}

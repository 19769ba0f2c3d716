using System.Runtime.CompilerServices;
using GpuOps.Channels.Ssh;
using GpuOps.Configuration;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Service;
using GpuOps.Schedulers.Queue.Store;
using GpuOps.Sessions;

namespace GpuOps.Server;

/// <summary><c>gpuops-server serve</c>: the queue.</summary>
internal static class ServeVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="words">What follows the verb.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] words) => ServerArguments.RunAsync(words, ["--folder", "--pool", "--cpu", "--detach"], async arguments =>
    {
        var location = arguments.Folder is { } folder ? QueueLocation.In(folder) : QueueLocation.Own(ConfigurationEnvironment.FromProcess(null));
        await (arguments.Detach
            ? new QueueServiceStarter(Environment.ProcessPath!, location).DetachAsync(["serve", .. words.Where(static word => word != "--detach")], CancellationToken.None)
            : ServeAsync(location, arguments));
        return ServerExit.Success;
    });

    // By itself, so that who only detaches it loads nothing of the web.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ServeAsync(QueueLocation location, ServerArguments arguments)
    {
        var configuration = GpuOpsConfiguration.Load(ConfigurationEnvironment.FromProcess(null));
        var definition = configuration.ResolveBackend(arguments.Pool ?? configuration.ChoosePool());
        var pool = new EngineHost(TimeProvider.System).Open(definition, configuration.Context(new SshDialog()));
        await using var store = QueueStore.Open(new QueueStoreOptions(location.Folder));
        var starter = new SupervisorStarter(Environment.ProcessPath!, new SupervisorOptions(location.Folder));
        var options = new QueueServiceOptions
        {
            Pool = pool,
            ConnectAsync = async token => await starter.ConnectAsync(token),
            Cores = arguments.Cpus ?? Environment.ProcessorCount,
            Variables = configuration.Environment.Variables,
            Log = ServerLog.Write,
        };
        await using var queue = new QueueService(store, options);
        await queue.StartAsync(CancellationToken.None);
        await using var app = QueueApplication.Build(location, options, queue);
        await app.RunAsync();
        // Where no job runs there is nothing left for it to do.
        await starter.EndAsync(CancellationToken.None);
    }
}

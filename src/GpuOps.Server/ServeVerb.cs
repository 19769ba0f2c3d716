using System.Globalization;
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
    /// <param name="options">What it is started with.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ServeOptions options)
    {
        var location = QueueLocation.In(options.Folder);
        var configuration = GpuOpsConfiguration.Load(ConfigurationEnvironment.FromProcess(null));
        var definition = configuration.ResolveBackend(options.Pool ?? configuration.ChoosePool());
        var pool = new EngineHost(TimeProvider.System).Open(definition, configuration.Context(new SshDialog()));
        await using var store = QueueStore.Open(new QueueStoreOptions(options.Folder));
        var starter = new SupervisorStarter(Environment.ProcessPath!, new SupervisorOptions(options.Folder) { Pool = options.Pool });
        await using var queue = new QueueService(
            store,
            new QueueServiceOptions
            {
                Pool = pool,
                ConnectAsync = async token => await starter.ConnectAsync(token),
                Cores = options.Cpus,
                Variables = configuration.Environment.Variables,
                Log = Log,
            });
        await queue.StartAsync(CancellationToken.None);
        await using var app = QueueApplication.Build(location, options with { PoolName = definition.Name }, queue, pool);
        await app.RunAsync();
        // Where no job runs there is nothing left for it to do.
        await starter.EndAsync(CancellationToken.None);
        return 0;
    }

    private static void Log(string text) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z [{Environment.ProcessId}] {text}"));
}

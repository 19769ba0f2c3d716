using System.Reflection;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server;

/// <summary>What the service knows of itself, and how it is ended.</summary>
/// <param name="location">Where it keeps its state.</param>
/// <param name="options">What the queue works with.</param>
/// <param name="queue">The queue.</param>
/// <param name="life">The life of the program.</param>
internal sealed class ServiceFacts(QueueLocation location, QueueServiceOptions options, QueueService queue, IHostApplicationLifetime life)
{
    private readonly DateTime _start = DateTime.Now;

    /// <summary>The version of the program.</summary>
    public static string Version { get; } = typeof(ServiceFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>What it says when it is asked.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<GpuServer> TellAsync(CancellationToken cancellationToken)
    {
        var jobs = await queue.CountAsync(cancellationToken);
        return new GpuServer
        {
            Version = Version,
            ComputerName = options.Pool.LocalHost,
            ProcessId = Environment.ProcessId,
            StartTime = _start,
            Folder = location.Folder,
            Pool = options.Pool.Backend,
            Cpus = options.Cores,
            Queued = Count(GpuJobState.Queued),
            Running = Count(GpuJobState.Starting) + Count(GpuJobState.Running),
            Trouble = queue.Trouble,
        };

        int Count(GpuJobState state) => (int)jobs.GetValueOrDefault(state);
    }

    /// <summary>Ends the program once the answer is out.</summary>
    public void End() => life.StopApplication();
}

using System.Reflection;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Service;

namespace GpuOps.Server;

/// <summary>What the service knows of itself, and how it is ended.</summary>
/// <param name="options">What it was started with.</param>
/// <param name="queue">The queue.</param>
/// <param name="life">The life of the program.</param>
internal sealed class ServiceFacts(ServeOptions options, QueueService queue, IHostApplicationLifetime life)
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
            ComputerName = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            StartTime = _start,
            Folder = options.Folder,
            Pool = options.PoolName,
            Cpus = options.Cpus,
            Queued = Count(GpuJobState.Queued),
            Running = Count(GpuJobState.Starting) + Count(GpuJobState.Running),
            Trouble = queue.Trouble,
        };

        int Count(GpuJobState state) => (int)jobs.GetValueOrDefault(state);
    }

    /// <summary>Ends the program once the answer is out.</summary>
    public void End() => life.StopApplication();
}

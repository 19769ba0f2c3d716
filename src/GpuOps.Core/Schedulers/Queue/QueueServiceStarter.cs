using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Client;

namespace GpuOps.Schedulers.Queue;

/// <summary>Starts a user's own queue service, which lives on when this process ends.</summary>
/// <param name="program">The path of <c>gpuops-server</c>.</param>
/// <param name="location">Where it keeps its state.</param>
public sealed class QueueServiceStarter(string program, QueueLocation location)
{
    /// <summary>The program that belongs to this engine: <c>server/gpuops-server</c> beside its folder.</summary>
    public static string Program => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(typeof(QueueServiceStarter).Assembly.Location)!)!, "server", "gpuops-server");

    /// <summary>Starts it, unless one runs there.</summary>
    /// <param name="pool">The pool of its jobs, by name or URI; null for the default.</param>
    /// <param name="cpus">How many CPUs the jobs without GPUs may take together; null for the host's.</param>
    /// <param name="backend">What the backend is called.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The service that runs.</returns>
    /// <exception cref="GpuOpsException"><c>QueueServiceNotStarted</c>, with what it said.</exception>
    public async Task<GpuServer> StartAsync(string? pool, int? cpus, string backend, CancellationToken cancellationToken)
    {
        await using var scheduler = new QueueScheduler(location, backend);
        if (await scheduler.FindServerAsync(cancellationToken) is { } running)
            return running;
        if (!File.Exists(program))
        {
            throw new GpuOpsException("QueueProgramMissing", GpuOpsErrorKind.NotFound,
                $"There is no '{program}'. It belongs to the module on Linux; reinstall that.", program);
        }

        string[] arguments =
        [
            "serve", "--detach", "--folder", location.Folder,
            .. pool is null ? Array.Empty<string>() : ["--pool", pool],
            .. cpus is { } limit ? ["--cpu", limit.ToString(System.Globalization.CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        var complaint = await DetachedProgram.CallAsync(program, arguments, cancellationToken);
        return await scheduler.FindServerAsync(cancellationToken)
            ?? throw new GpuOpsException("QueueServiceNotStarted", GpuOpsErrorKind.NotReady, $"The queue service could not be started: {complaint}", location.Folder);
    }

    /// <summary>Starts the program with its log as output, and waits until it answers: what <c>--detach</c> does.</summary>
    /// <param name="arguments">The arguments, without that.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>QueueServiceNotStarted</c>.</exception>
    public async Task DetachAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        new Running.SupervisorFiles(location.Folder).Prepare();
        await using var scheduler = new QueueScheduler(location, "queue:");
        await new DetachedProgram([program, .. arguments], location.Folder, location.Log)
            .StartAsync(async token => await scheduler.FindServerAsync(token) is not null, ServerExit.AlreadyRuns, "QueueServiceNotStarted", cancellationToken);
    }
}

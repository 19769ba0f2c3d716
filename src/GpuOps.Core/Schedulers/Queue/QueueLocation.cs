using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Client;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Schedulers.Queue;

/// <summary>
/// Where a <c>queue:</c> backend has its folder. <c>queue:</c> alone is the user's own service on this host;
/// <c>queue:/path</c> is the one that keeps its state in that folder.
/// </summary>
/// <param name="Folder">The folder, absolute.</param>
public sealed record QueueLocation(string Folder)
{
    // What sockaddr_un has room for, the NUL at its end not counted.
    private const int LongestSocket = 107;

    /// <summary>The file of the jobs.</summary>
    public string Database => Path.Combine(Folder, "queue.db");

    /// <summary>What the supervisor of the jobs has there.</summary>
    internal SupervisorFiles Supervisor => new(Folder);

    /// <summary>Where the service listens.</summary>
    public string Socket => Path.Combine(Folder, "server.sock");

    /// <summary>What the service writes about itself.</summary>
    public string Log => Path.Combine(Folder, "server.log");

    /// <summary>The folder of a user's own service.</summary>
    /// <param name="environment">The folders.</param>
    /// <exception cref="GpuOpsException"><c>NoStateFolder</c>, or <c>SocketPathTooLong</c>.</exception>
    public static QueueLocation Own(ConfigurationEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment.UserStateFolder is { } folder
            ? In(Path.Combine(folder, $"queue-{SqliteLocation.FileName(environment.HostName)}"))
            : throw new GpuOpsException("NoStateFolder", GpuOpsErrorKind.NotReady,
                "There is no home folder to keep the queue in. Set HOME or GPUOPS_STATE_HOME to an absolute path, or name a folder: queue:/path.");
    }

    /// <summary>A service's folder.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <exception cref="GpuOpsException"><c>SocketPathTooLong</c>.</exception>
    public static QueueLocation In(string folder)
    {
        var location = new QueueLocation(folder);
        var longest = location.Supervisor.Socket;
        return System.Text.Encoding.UTF8.GetByteCount(longest) <= LongestSocket ? location : throw new GpuOpsException(
            "SocketPathTooLong", GpuOpsErrorKind.InvalidArgument,
            $"A socket's path has {LongestSocket} bytes at most, and '{longest}' has more. Set GPUOPS_STATE_HOME to a shorter folder, or name one: queue:/path.", folder);
    }

    /// <summary>Fails when the URI makes no sense.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="environment">The folders.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c>, <c>NoStateFolder</c> or <c>SocketPathTooLong</c>.</exception>
    internal static void Check(BackendDefinition definition, ConfigurationEnvironment environment) => Find(definition, environment);

    /// <summary>Finds the folder of a backend; does not create it.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="environment">The folders.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c>, <c>NoStateFolder</c> or <c>SocketPathTooLong</c>.</exception>
    public static QueueLocation Find(BackendDefinition definition, ConfigurationEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(environment);
        var uri = definition.Uri;
        if (!string.IsNullOrEmpty(uri.Authority) || uri.User is not null)
            throw BackendUri.Invalid(uri.Text, "services on other hosts are not reached yet; write queue: for your own on this host, or queue:/path");
        if (uri.Query.Count > 0)
            throw BackendUri.Invalid(uri.Text, "queue: knows no options");
        return uri.Path.Length == 0 ? Own(environment) : In(environment.ResolvePath(uri.Path, definition.Folder));
    }

    /// <summary>The scheduler of a backend. Does not connect.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The world around.</param>
    internal static QueueScheduler From(BackendDefinition definition, BackendContext context) =>
        new(Find(definition, context.Environment), definition.Name);
}

using System.Runtime.Versioning;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Pools.Sessions;
using GpuOps.Processes;
using GpuOps.Sessions;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>A supervisor as a program: one for each state folder. It must be the process's only use, for it waits for all its children.</summary>
[SupportedOSPlatform("linux")]
public sealed class SupervisorHost : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FileStream _lock;
    private readonly RunReservations _reservations;
    private readonly JobSupervisor _supervisor;
    private readonly SupervisorListener _listener;
    private readonly SupervisorLife _life;
    private readonly Action<string> _log;

    private SupervisorHost(FileStream held, SupervisorFiles files, SupervisorOptions options, Action<string> log, TimeProvider time)
    {
        _lock = held;
        _log = log;
        _reservations = new RunReservations(backend => OpenPool(backend, time), log, time);
        _supervisor = new JobSupervisor(new SupervisorContext(
            files, files.ReadInstance(), ChildReaper.Begin(), new LookSharing(), _reservations, log, time));
        _supervisor.Recover();
        _listener = new SupervisorListener(files.Socket);
        _life = new SupervisorLife(options.Patience ?? Patience, _supervisor.TryClose, time);
    }

    /// <summary>Takes the state folder and begins to listen.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="log">Told what nobody else is told.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="GpuOpsException"><c>SupervisorRuns</c>: there is one. <c>StateFolderUnusable</c>.</exception>
    public static SupervisorHost Open(SupervisorOptions options, Action<string> log, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var files = new SupervisorFiles(options.Folder);
        files.Prepare();
        var held = Lock(files);
        try
        {
            return new SupervisorHost(held, files, options, log, time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            held.Dispose();
            throw new GpuOpsException("StateFolderUnusable", GpuOpsErrorKind.NotAllowed, $"The state folder '{options.Folder}' cannot be used: {fault.Message}", options.Folder, fault);
        }
    }

    /// <summary>Answers until it is asked to end, or nobody has been connected for a while; and as long as a job runs.</summary>
    public Task RunAsync() => _listener.ServeAsync(_supervisor, _life);

    /// <summary>Ends it, unless jobs run: these would be without anybody to watch over them.</summary>
    /// <returns>Whether it ends.</returns>
    public bool TryEnd()
    {
        if (_life.TryEnd())
        {
            return true;
        }

        var running = _supervisor.Running;
        _log($"Asked to end, and goes on: {running} {(running == 1 ? "job runs" : "jobs run")}.");
        return false;
    }

    /// <summary>Gives the state folder back.</summary>
    public void Dispose()
    {
        _life.Dispose();
        _listener.Dispose();
        _reservations.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(SupervisorFiles files)
    {
        try
        {
            return new FileStream(files.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new GpuOpsException("StateFolderUnusable", GpuOpsErrorKind.NotAllowed, $"'{files.Lock}' cannot be written: {fault.Message}", files.Folder, fault);
        }
        catch (IOException fault)
        {
            throw new GpuOpsException("SupervisorRuns", GpuOpsErrorKind.AlreadyExists, $"A supervisor runs for '{files.Folder}' already: {fault.Message}", files.Folder, fault);
        }
    }

    private static PoolSession OpenPool(string backend, TimeProvider time)
    {
        var configuration = GpuOpsConfiguration.Load(ConfigurationEnvironment.FromProcess(currentFolder: null));
        return new EngineHost(time).Open(configuration.ResolveBackend(backend), configuration.Context(time: time));
    }
}

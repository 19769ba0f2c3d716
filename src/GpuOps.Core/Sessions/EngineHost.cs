using System.Collections.Concurrent;
using GpuOps.Configuration;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;
using GpuOps.Probes;
using GpuOps.Schedulers;

namespace GpuOps.Sessions;

/// <summary>
/// What the commands of one process share: one connection a backend, one look at the drivers, one heartbeat for all
/// that is held.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class EngineHost(TimeProvider time)
{
    private readonly ConcurrentDictionary<SessionKey, PoolSession> _sessions = [];
    private readonly ConcurrentDictionary<SessionKey, IJobScheduler> _schedulers = [];
    private readonly ConcurrentDictionary<ProbeOptions, ProbeCatalog> _probes = [];

    /// <summary>Keeps the process's reservations alive.</summary>
    public HeartbeatLoop Heartbeats { get; } = new(time);

    /// <summary>Opens a backend's pool. Does not connect.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The settings and the world around.</param>
    public PoolSession Open(BackendDefinition definition, BackendContext context)
    {
        return _sessions.GetOrAdd(KeyOf(definition, context), _ => new PoolSession(
            BackendCatalog.Default.CreatePool(definition, context),
            definition.Name,
            context.Settings,
            _probes.GetOrAdd(new ProbeOptions(context.Settings.ProbeTimeLimit, context.Settings.ProbeFake), options => new ProbeCatalog(options, time)),
            context.Environment.HostName,
            time));
    }

    /// <summary>Opens a backend's scheduler. Does not connect.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The settings and the world around.</param>
    public IJobScheduler OpenScheduler(BackendDefinition definition, BackendContext context) =>
        _schedulers.GetOrAdd(KeyOf(definition, context), _ => BackendCatalog.Default.CreateScheduler(definition, context));

    /// <summary>Closes the connections of all schedulers; who needs one opens it anew. Never throws.</summary>
    public async Task CloseSchedulersAsync()
    {
        await Task.WhenAll(_schedulers.Keys.Select(key => Task.Run(() => CloseAsync(key))));

        async Task CloseAsync(SessionKey key)
        {
            try
            {
                if (_schedulers.TryRemove(key, out var scheduler))
                    await scheduler.DisposeAsync();
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // Whatever state it was in, nobody uses it any more.
            }
        }
    }

    /// <summary>Looks step by step whether a backend can be used, whatever it is.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The settings and the world around.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<BackendCheck> TestAsync(BackendDefinition definition, BackendContext context, CancellationToken cancellationToken) =>
        BackendCatalog.Default.Find(definition.Uri).Scheduler is null
            ? Open(definition, context).Pool.TestAsync(cancellationToken)
            : OpenScheduler(definition, context).TestAsync(cancellationToken);

    private static SessionKey KeyOf(BackendDefinition definition, BackendContext context)
    {
        var options = string.Join('\n', definition.Options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => $"{option.Key}={option.Value}"));
        var places = $"{definition.Folder}\n{context.Environment.UserStateFolder}\n{context.Environment.MachineStateFolder}";
        var route = BackendCatalog.Default.Find(definition.Uri).Route(definition, context)?.Key;
        return new SessionKey(definition.Name, definition.Uri.Text, options, places, route, definition.ReadPassword(), context.Settings);
    }

    /// <summary>All that a session depends on: who changes a setting or a folder gets another session.</summary>
    private sealed record SessionKey(string Name, string Uri, string Options, string Places, string? Route, string? Password, GpuOpsSettings Settings)
    {
        // A record prints what it holds; this one holds a password.
        public override string ToString() => Name;
    }
}

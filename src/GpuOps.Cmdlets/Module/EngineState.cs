using System.Collections.Concurrent;
using GpuOps.Cmdlets.Running;
using GpuOps.Pools.Reservations;
using GpuOps.Sessions;

namespace GpuOps.Cmdlets.Module;

/// <summary>What the module shares between the runspaces of a process; made at the first command that needs it.</summary>
internal sealed class EngineState
{
    /// <summary>How long a closing session waits for the stores to take back what it held.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long a closing session waits for stopped commands to end: longer than anybody's grace period.</summary>
    private static readonly TimeSpan UnfinishedLimit = TimeSpan.FromMinutes(1);

    private static readonly Lazy<EngineState> Shared = new(() => new EngineState());

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Task, Guid> _unfinished = [];
    private readonly ConcurrentDictionary<BackgroundJob, Guid> _jobs = [];
    private readonly ConcurrentDictionary<RunningReservation, Guid> _running = [];
    private HeartbeatRunspace? _heartbeat;

    /// <summary>False until the first command needs the engine, so that a removal before that loads nothing.</summary>
    public static bool IsInUse => Shared.IsValueCreated;

    public static EngineState Current => Shared.Value;

    public EngineHost Host { get; } = new(TimeProvider.System);

    /// <summary>Who is asked when a connection needs an answer.</summary>
    public Questioner Questioner { get; } = new();

    /// <summary>Keeps a reservation alive until it is released, lost, or its runspace closes.</summary>
    public void Keep(HeldReservation held)
    {
        Host.Heartbeats.Add(held);
        lock (_gate)
        {
            _heartbeat ??= HeartbeatRunspace.Start(Host.Heartbeats);
        }
    }

    /// <summary>Remembers work that a stopped command leaves behind; its session does not close before it is done.</summary>
    public void Finish(Task work, Guid runspace)
    {
        _unfinished[work] = runspace;
        work.ContinueWith(done => _unfinished.TryRemove(done, out _), TaskScheduler.Default);
    }

    /// <summary>Remembers a reservation that programs run under.</summary>
    public void Begin(RunningReservation running) => _running[running] = running.Owner;

    /// <summary>Forgets one that was given back.</summary>
    public void End(RunningReservation running) => _running.TryRemove(running, out _);

    /// <summary>Remembers a job, which must not outlive its runspace: a program would run on GPUs that were given back.</summary>
    public void Begin(BackgroundJob job, Guid runspace) => _jobs[job] = runspace;

    /// <summary>Forgets a job that has ended.</summary>
    public void End(BackgroundJob job) => _jobs.TryRemove(job, out _);

    /// <summary>
    /// Ends what runs in a runspace, then releases all that it holds; ends the heartbeat when nothing is held any more.
    /// Never throws.
    /// </summary>
    /// <param name="runspace">The runspace.</param>
    /// <param name="isLast">No other has the module: connections to other hosts are closed too.</param>
    public void Close(Guid runspace, bool isLast)
    {
        try
        {
            Task.WaitAll(
                [
                    .. Own(_jobs).Select(job => Task.Run(job.Abandon)),
                    .. Own(_running).Select(running => running.CloseAsync(endPrograms: true)),
                    .. Own(_unfinished),
                ],
                UnfinishedLimit);
        }
        catch (AggregateException)
        {
            // Its failure was somebody else's to tell.
        }

        // Many reservations may take longer; in a process that lives on, the rest is released behind the closed runspace.
        var limit = new CancellationTokenSource(UnfinishedLimit);
        try
        {
            Task.Run(() => Host.Heartbeats.ReleaseAllAsync(runspace, limit.Token)).Wait(ReleaseLimit);
        }
        catch (AggregateException)
        {
            // What could not be released ends with its lease.
        }

        if (isLast)
        {
            Task.Run(Host.CloseSchedulersAsync).Wait(ReleaseLimit);
        }

        lock (_gate)
        {
            if (Host.Heartbeats.Held.Count == 0)
            {
                _heartbeat?.Dispose();
                _heartbeat = null;
            }
        }

        IEnumerable<T> Own<T>(ConcurrentDictionary<T, Guid> all)
            where T : notnull => all.Where(pair => pair.Value == runspace).Select(pair => pair.Key);
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>
/// A host whose programs are made up: a supervisor that outlives services, and the log that convicts whoever starts a
/// job twice or gives a GPU to two.
/// </summary>
/// <param name="pool">Where it gives GPUs back.</param>
public sealed class PlayedHost(IGpuPool pool)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PlayedRun> _runs = [];
    private readonly HashSet<string> _ever = [];
    private readonly HashSet<Link> _links = [];
    private readonly Dictionary<int, decimal> _inUse = [];

    /// <summary>What must not happen, and did.</summary>
    public List<string> Offences { get; } = [];

    /// <summary>The orders, as they were carried out.</summary>
    public List<RunOrder> Started { get; } = [];

    /// <summary>What a program does when it was started; nothing lets it run until it is told.</summary>
    public Func<RunOrder, Task<int?>>? Program { get; set; }

    /// <summary>Held back before an order is carried out.</summary>
    public Func<string, Task> Gate { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Whether a supervisor can be reached.</summary>
    public bool IsAway { get; set; }

    public ProcessIdentity? Process { get; private set; } = LocalProcesses.Current;

    public IReadOnlyList<string> Running
    {
        get
        {
            lock (_gate)
                return [.. _runs.Values.Where(run => run.State.Ended is null).Select(run => run.State.Id)];
        }
    }

    /// <summary>What was told to end.</summary>
    public IReadOnlyList<string> Stopped
    {
        get
        {
            lock (_gate)
                return [.. _runs.Values.Where(run => run.State.IsStopped).Select(run => run.State.Id)];
        }
    }

    public IReadOnlyList<string> StartIds
    {
        get
        {
            lock (_gate)
                return [.. Started.Select(order => order.Id)];
        }
    }

    public IReadOnlyList<string> Known
    {
        get
        {
            lock (_gate)
                return [.. _runs.Keys];
        }
    }

    public Task<IJobSupervisor> ConnectAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (IsAway)
                throw Gone();
            var link = new Link(this, Process);
            _links.Add(link);
            return Task.FromResult<IJobSupervisor>(link);
        }
    }

    /// <summary>Ends a program.</summary>
    public async Task EndAsync(string id, int? exitCode = 0, int? signal = null, string? fault = null, bool timedOut = false)
    {
        PlayedRun run;
        lock (_gate)
        {
            run = _runs[id];
            if (run.State.Ended is not null)
                return;
        }

        await run.Ending.WaitAsync();
        try
        {
            if (run.State.Ended is not null)
                return;
            LeaveGpus(run.Order.Reservation);
            if (run.Order.Reservation is { } held)
                await pool.ReleaseAsync(held.ComputerName, held.Id, CancellationToken.None);
            lock (_gate)
            {
                run.State = run.State with { Ended = DateTimeOffset.UtcNow, ExitCode = exitCode, Signal = signal, Fault = fault, IsTimedOut = timedOut };
                Tell(run.State);
            }
        }
        finally
        {
            run.Ending.Release();
        }
    }

    /// <summary>The connections break; the programs go on.</summary>
    public void Disconnect()
    {
        lock (_gate)
        {
            foreach (var link in _links)
                link.Break();
            _links.Clear();
        }
    }

    /// <summary>The supervisor dies with its programs, and another one comes, which finds only the folders of what was started.</summary>
    public void Crash()
    {
        Disconnect();
        lock (_gate)
        {
            foreach (var run in _runs.Values.Where(run => run.State.Ended is null))
                LeaveGpus(run.Order.Reservation);
            _runs.Clear();
            // A process of which nobody can say whether it lives.
            Process = new ProcessIdentity("elsewhere", 1, DateTimeOffset.UtcNow.Ticks);
        }
    }

    private static GpuOpsException Gone() => new("SupervisorGone", GpuOpsErrorKind.Unreachable, "The supervisor has gone.");

    private async Task<SupervisedRun> StartAsync(RunOrder order)
    {
        await Gate(order.Id);
        lock (_gate)
        {
            if (_runs.TryGetValue(order.Id, out var known))
                return known.State;
            var run = new PlayedRun(order) { State = new SupervisedRun { Id = order.Id, ProcessId = 1000, Started = DateTimeOffset.UtcNow } };
            _runs.Add(order.Id, run);
            if (!_ever.Add(order.Id))
            {
                run.State = run.State with { Ended = DateTimeOffset.UtcNow, Fault = "Nobody knows how it ended." };
                return run.State;
            }

            Started.Add(order);
            UseGpus(order.Reservation, order.Id);
            Tell(run.State);
            if (Program is { } program)
                _ = Task.Run(async () =>
                {
                    if (await program(order) is { } code)
                        await EndAsync(order.Id, code);
                });
            return run.State;
        }
    }

    /// <summary>Somebody begins to use GPUs.</summary>
    public void UseGpus(GpuReservation? held, string who)
    {
        lock (_gate)
        {
            foreach (var gpu in held?.GpuId ?? [])
            {
                var used = _inUse.GetValueOrDefault(gpu) + held!.Share;
                _inUse[gpu] = used;
                if (used > 1)
                    Offences.Add($"GPU {gpu} was given to {who} and to somebody else.");
            }
        }
    }

    /// <summary>Somebody has used them.</summary>
    public void LeaveGpus(GpuReservation? held)
    {
        lock (_gate)
        {
            foreach (var gpu in held?.GpuId ?? [])
                _inUse[gpu] -= held!.Share;
        }
    }

    private void Stop(string id)
    {
        PlayedRun? run;
        lock (_gate)
        {
            if (!_runs.TryGetValue(id, out run) || run.State.IsStopped || run.State.Ended is not null)
                return;
            run.State = run.State with { IsStopped = true };
            Tell(run.State);
        }

        if (!IsStubborn)
            _ = EndAsync(id, null, 2);
    }

    /// <summary>Whether programs go on when they are to end, until they are ended.</summary>
    public bool IsStubborn { get; set; }

    private void Tell(SupervisedRun run)
    {
        foreach (var link in _links)
            link.News.Writer.TryWrite(run);
    }

    private sealed class PlayedRun(RunOrder order)
    {
        public RunOrder Order { get; } = order;

        public SemaphoreSlim Ending { get; } = new(1, 1);

        public required SupervisedRun State { get; set; }
    }

    private sealed class Link(PlayedHost host, ProcessIdentity? process) : IJobSupervisor
    {
        private volatile bool _broken;

        public Channel<SupervisedRun> News { get; } = Channel.CreateUnbounded<SupervisedRun>();

        public ProcessIdentity? Process => process;

        public void Break()
        {
            _broken = true;
            News.Writer.TryComplete(Gone());
        }

        public async Task<SupervisedRun> StartAsync(RunOrder order, CancellationToken cancellationToken)
        {
            ThrowIfBroken();
            var state = await host.StartAsync(order).WaitAsync(cancellationToken);
            ThrowIfBroken();
            return state;
        }

        public Task StopAsync(string id, CancellationToken cancellationToken)
        {
            ThrowIfBroken();
            host.Stop(id);
            return Task.CompletedTask;
        }

        public Task SignalAsync(string id, int signal, CancellationToken cancellationToken)
        {
            ThrowIfBroken();
            return host.EndAsync(id, null, signal);
        }

        public Task ForgetAsync(string id, CancellationToken cancellationToken)
        {
            ThrowIfBroken();
            lock (host._gate)
            {
                if (host._runs.TryGetValue(id, out var run) && run.State.Ended is not null)
                    host._runs.Remove(id);
            }

            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<SupervisedRun>> ListAsync(CancellationToken cancellationToken)
        {
            ThrowIfBroken();
            lock (host._gate)
                return Task.FromResult<IReadOnlyList<SupervisedRun>>([.. host._runs.Values.Select(run => run.State)]);
        }

        public async IAsyncEnumerable<SupervisedRun> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var run in await ListAsync(cancellationToken))
                yield return run;
            await foreach (var run in News.Reader.ReadAllAsync(cancellationToken))
                yield return run;
        }

        public ValueTask DisposeAsync()
        {
            lock (host._gate)
                host._links.Remove(this);
            return ValueTask.CompletedTask;
        }

        private void ThrowIfBroken()
        {
            if (_broken)
                throw Gone();
        }
    }
}

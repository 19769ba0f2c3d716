using GpuOps.Pools;
using GpuOps.Schedulers.Queue.Order;
using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>
/// Decides which job is next, and sees each through. It knows the jobs that are not over, as the store told it, and is
/// woken by what happens: a change in the store, an answer of the pool, news of a start. All its state belongs to the
/// inbox's loop.
/// </summary>
internal sealed partial class QueueLoop : IAsyncDisposable
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(250), LongPause = TimeSpan.FromSeconds(15);

    private readonly QueueStore _store;
    private readonly QueueServiceOptions _options;
    private readonly QueueNotes _notes;
    private readonly Inbox _inbox;
    private readonly JobLauncher _launcher;
    private readonly PoolClaims _claims;
    private readonly SupervisorLink _link;
    private readonly Dictionary<long, StoredJob> _jobs = [];
    private readonly HashSet<long> _beginning = [];
    private readonly GpuLine _gpuLine = new();
    private readonly CpuLine _cpuLine;
    private readonly Backoff _poolPause = new(ShortPause, LongPause), _storePause = new(ShortPause, LongPause);
    private IJobSupervisor? _supervisor;
    private volatile bool _isDraining;
    private bool _isPoolPaused, _isStorePaused, _knowsClaims, _looksForClaims;

    public QueueLoop(QueueStore store, QueueServiceOptions options, QueueNotes notes)
    {
        (_store, _options, _notes) = (store, options, notes);
        _inbox = new Inbox(options.Time, options.Log);
        _cpuLine = new CpuLine(options.Cores);
        _launcher = new JobLauncher(store, options, _inbox.Ending);
        _claims = new PoolClaims(options.Pool, _inbox, notes) { Granted = TakeGrant, Failed = TakeRefusal, Heard = HearPool };
        _link = new SupervisorLink(options, _inbox) { Up = TakeSupervisor, Changed = TakeNews, Down = MissSupervisor };
    }

    /// <summary>How many places in the order were looked at so far.</summary>
    public long Looks => _gpuLine.Looks + _cpuLine.Looks;

    /// <summary>Takes over the jobs that are not over, and works until <see cref="EndAsync"/>.</summary>
    public async Task RunAsync(IReadOnlyList<StoredJob> unfinished)
    {
        _inbox.Post(() => Apply([.. unfinished.Select(job => new StoredChange(job.Id, job))]));
        _inbox.Start(_link.RunAsync);
        await _inbox.RunAsync(Dispatch);
    }

    /// <summary>Ends <see cref="RunAsync"/>.</summary>
    public Task EndAsync() => _inbox.EndAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inbox.DisposeAsync();

    /// <summary>Told of what the store has committed.</summary>
    public void Tell(IReadOnlyList<StoredChange> changes) => _inbox.Post(() => Apply(changes));

    /// <summary>Asks again for what could not be had: something has changed in the pool.</summary>
    public void LookAgain() => _inbox.Post(() =>
    {
        _notes.Out.Clear();
        _isPoolPaused = false;
    });

    /// <summary>Starts nothing any more; places in the pool's line are given up.</summary>
    public void Drain()
    {
        _isDraining = true;
        // Wakes the loop.
        _inbox.Post(static () => { });
    }

    /// <summary>Sends a signal to a job that runs.</summary>
    public void Signal(long id, int signal) => _inbox.Post(() =>
    {
        if (_jobs.TryGetValue(id, out var job) && _supervisor is { } supervisor)
            _inbox.Start(() => supervisor.SignalAsync(job.StartId, signal, _inbox.Ending));
    });

    private void Apply(IReadOnlyList<StoredChange> changes)
    {
        foreach (var (id, job) in changes)
        {
            if (job is null or { IsFinished: true })
                Drop(id);
            else
                Take(job);
        }
    }

    private void Drop(long id)
    {
        _jobs.Remove(id);
        _beginning.Remove(id);
        _gpuLine.Remove(id);
        _cpuLine.Remove(id);
        _cpuLine.Release(id);
        _claims.Withdraw(id);
    }

    private void Take(StoredJob job)
    {
        _jobs[job.Id] = job;
        if (job.State == GpuJobState.Queued)
        {
            PutInLine(job);
            return;
        }

        _gpuLine.Remove(job.Id);
        _cpuLine.Remove(job.Id);
        if (job.Request.Demand is null)
            _cpuLine.Occupy(job.Id, job.Request.Cpus);
        Check(job);
    }

    /// <summary>Puts a job where it has to wait, or takes it out while it may not start.</summary>
    private void PutInLine(StoredJob job)
    {
        if (_beginning.Contains(job.Id))
            return;
        _cpuLine.Release(job.Id);
        if (!job.IsReady)
        {
            _gpuLine.Remove(job.Id);
            _cpuLine.Remove(job.Id);
        }
        else if (job.Request.Demand is { } demand)
        {
            _gpuLine.Put(job.Id, job.Priority, DemandKind.Of(demand));
        }
        else
        {
            _cpuLine.Put(job.Id, job.Priority, job.Request.Cpus);
        }
    }

    /// <summary>Starts what can be started, and stands in the pool's line for what is next.</summary>
    private void Dispatch()
    {
        if (_supervisor is not { } supervisor || _isDraining)
        {
            // Nobody is to hold GPUs, or nobody is there to.
            if (!_claims.IsEmpty)
                _claims.Follow([], wish => throw new InvalidOperationException($"Nobody asks for {wish}."));
            return;
        }

        if (_isStorePaused)
            return;
        while (_cpuLine.TryTake(out var id))
        {
            _beginning.Add(id);
            Begin(_jobs[id], null);
        }

        if (_knowsClaims && !_isPoolPaused)
            _claims.Follow(Wanted(), wish => (_launcher.Request(_jobs[wish.Id], _jobs[wish.Id].Starts + 1, supervisor.Process), _jobs[wish.Id].Starts + 1));
    }

    private IReadOnlyList<GpuWish> Wanted() => _gpuLine.Wanted(_notes.Out.ContainsKey);

    /// <summary>Writes down that a job starts: from then on it has this start or none.</summary>
    private void Begin(StoredJob job, GpuReservation? reservation) => _inbox.Start(async () =>
    {
        StoredJob? begun;
        try
        {
            begun = await _store.ChangeAsync(
                job.Id,
                now => !_isDraining && now.IsReady && now.Starts == job.Starts
                    ? now with { State = GpuJobState.Starting, Starts = now.Starts + 1, Gpus = reservation?.GpuId ?? [], Reason = "", ExitCode = null, Signal = null, Started = null }
                    : null,
                CancellationToken.None);
        }
        catch (Exception fault)
        {
            if (reservation is not null)
                await _claims.ReleaseAsync(reservation.Id);
            _inbox.Post(() => PauseStore(fault));
            begun = null;
            reservation = null;
        }

        if (begun is null && reservation is not null)
            await _claims.ReleaseAsync(reservation.Id);
        _inbox.Post(() =>
        {
            if (begun is not null)
                TakeBegun(begun, reservation);
            else
                GiveUpBeginning(job.Id);
        });
    });

    private void GiveUpBeginning(long id)
    {
        _beginning.Remove(id);
        _cpuLine.Release(id);
        if (_jobs.TryGetValue(id, out var job) && job.State == GpuJobState.Queued)
            PutInLine(job);
    }

    private void PauseStore(Exception fault)
    {
        _notes.Store = fault.Message;
        _isStorePaused = true;
        _inbox.PostAfter(_storePause.Next(), () => _isStorePaused = false);
    }

    private void HearStore()
    {
        _notes.Store = null;
        _storePause.Reset();
    }
}

using GpuOps.Timing;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>The life of one start: from the program's first moment to the end of the last process it left.</summary>
internal sealed class JobRun
{
    /// <summary>How long the end of a start waits for a store that does not answer.</summary>
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(1);

    /// <summary>How long to go on before a disk that is full is tried again.</summary>
    private static readonly TimeSpan FullDiskPause = TimeSpan.FromSeconds(5);

    private readonly RunOrder? _order;
    private readonly StartRecord? _known;
    private readonly RunFolder _folder;
    private readonly SupervisorContext _context;
    private readonly Action<SupervisedRun> _changed;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SupervisedRun _state;

    /// <summary>A start that was ordered.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="order">The order.</param>
    /// <param name="context">What it shares with others.</param>
    /// <param name="changed">Told of every change.</param>
    public JobRun(RunId id, RunOrder order, SupervisorContext context, Action<SupervisedRun> changed)
        : this(id, context, changed) => _order = order;

    /// <summary>A start that an earlier supervisor had.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="known">What is known of it.</param>
    /// <param name="context">What it shares with others.</param>
    /// <param name="changed">Told of every change.</param>
    public JobRun(RunId id, StartRecord known, SupervisorContext context, Action<SupervisedRun> changed)
        : this(id, context, changed) => _known = known;

    private JobRun(RunId id, SupervisorContext context, Action<SupervisedRun> changed)
    {
        _state = new SupervisedRun { Id = id.ToString() };
        _folder = new RunFolder(context.Files, id);
        _context = context;
        _changed = changed;
    }

    /// <summary>How it stands.</summary>
    public SupervisedRun State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Completes when its program runs, or will not.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Tells how it stands, in the order of its changes.</summary>
    /// <param name="tell">Told.</param>
    public void TellAgain(Action<SupervisedRun> tell)
    {
        lock (_gate)
        {
            tell(_state);
        }
    }

    /// <summary>Begins to end it.</summary>
    public void Stop() => _stop.TrySetResult();

    /// <summary>Sends a signal to its program's process group.</summary>
    /// <param name="signal">The signal.</param>
    public void Signal(int signal)
    {
        if (State.ProcessId is { } process)
        {
            _context.Children.SignalGroup(process, signal);
        }
    }

    /// <summary>Its end is known to whom it concerns.</summary>
    public void Forget() => _folder.ForgetRecord();

    /// <summary>Lives it. Never fails.</summary>
    public async Task LiveAsync()
    {
        try
        {
            var start = new RunStart(_folder, _context, () => Change(static state => state with { HasLostReservation = true }));
            // On a thread of its own: a folder on a server that does not answer holds up this start alone.
            var begun = await Task.Factory.StartNew(
                () => _order is null ? start.Recover(State, _known!) : start.Begin(State, _order),
                CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
            Change(_ => begun.State);
            if (begun.State.Ended is null)
            {
                if (begun.Processes is not null)
                {
                    _begun.TrySetResult();
                    await EndAsync(begun);
                }

                await FinishAsync(begun);
            }
            else if (begun.Record.Reservation is { } left)
            {
                // The earlier supervisor may have ended before it gave them back.
                await _context.Reservations.ReleaseAsync(left);
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A defect in one start must not end the others; who waits for this one is told.
            _context.Log($"The start {_state.Id} cannot be watched any more: {fault}");
            Change(state => state with { Fault = $"The supervisor has failed: {fault.Message}", Ended = _context.Time.GetUtcNow() });
        }
        finally
        {
            _begun.TrySetResult();
        }
    }

    private async Task EndAsync(RunBeginning begun)
    {
        using var limit = new Deadline(_order?.TimeLimit, _context.Time);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = limit.Token.Register(over.SetResult);
        using var enough = new CancellationTokenSource();
        var remains = new RunRemains(begun.Processes!, begun.Record.Grace, _context);
        // What an earlier supervisor has left is nobody's to end without being asked.
        var end = begun.Program ?? remains.WaitAsync(enough.Token);
        var first = await Task.WhenAny(end, _stop.Task, over.Task);
        await enough.CancelAsync();
        if (first != end)
        {
            Change(state => state with { IsStopped = first == _stop.Task, IsTimedOut = first == over.Task });
        }

        await remains.EndAsync(begun.Program, left => Change(state => state with { Leftovers = left }));
        if (begun.Program is not null)
        {
            var how = await begun.Program;
            Change(state => state with { ExitCode = how.ExitCode, Signal = how.Signal });
        }
    }

    /// <summary>What is not on the disk is not told to be over. Who is told finds the GPUs free, unless their store is away.</summary>
    private async Task FinishAsync(RunBeginning begun)
    {
        if (begun.Record.Reservation is { } held)
        {
            var release = _context.Reservations.ReleaseAsync(held);
            await Task.WhenAny(release, Task.Delay(ReleasePatience, _context.Time));
            if (_order is not null && release is { IsCompletedSuccessfully: true, Result: false })
            {
                Change(static state => state with { HasLostReservation = true });
            }
        }

        var ended = _context.Time.GetUtcNow();
        var isWritten = !begun.HasFolder || TryWriteEnd(ended, complain: true);
        Change(state => state with { Ended = ended, Leftovers = [] });
        _begun.TrySetResult();
        while (!isWritten)
        {
            await Task.Delay(FullDiskPause, _context.Time);
            isWritten = TryWriteEnd(ended, complain: false);
        }
    }

    private bool TryWriteEnd(DateTimeOffset ended, bool complain)
    {
        try
        {
            _folder.WriteEnd(State with { Ended = ended, Leftovers = [] });
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (complain)
            {
                _context.Log($"The end of the start {_state.Id} cannot be written down yet: {fault.Message}");
            }

            return false;
        }
    }

    private void Change(Func<SupervisedRun, SupervisedRun> change)
    {
        lock (_gate)
        {
            _state = change(_state);
            _changed(_state);
        }
    }
}

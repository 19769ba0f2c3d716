using System.Runtime.CompilerServices;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>The supervisor itself, in its own process: the starts it knows, and who watches them.</summary>
/// <param name="context">What the starts share.</param>
internal sealed class JobSupervisor(SupervisorContext context) : IJobSupervisor
{
    // Two locks: a start tells of itself under its own, and is asked how it stands under the first.
    private readonly Lock _gate = new();
    private readonly Lock _watchGate = new();
    private readonly Dictionary<string, JobRun> _runs = [];
    private readonly HashSet<RunWatch> _watches = [];
    private bool _isClosed;

    /// <inheritdoc/>
    public ProcessIdentity? Process { get; } = LocalProcesses.Current;

    /// <summary>How many starts have not ended.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _runs.Values.Count(static run => run.State.Ended is null);
            }
        }
    }

    /// <summary>Starts nothing any more, unless something runs.</summary>
    /// <returns>Whether nothing runs, and nothing will.</returns>
    public bool TryClose()
    {
        lock (_gate)
        {
            return _isClosed = _isClosed || Running == 0;
        }
    }

    /// <summary>Takes over what an earlier supervisor has left.</summary>
    public void Recover()
    {
        foreach (var file in Directory.GetFiles(context.Files.Running, "*.json"))
        {
            try
            {
                var id = RunId.Parse(Path.GetFileNameWithoutExtension(file));
                if (new RunFolder(context.Files, id).ReadRecord() is { } record)
                {
                    Add(id.ToString(), () => new JobRun(id, record, context, Tell));
                }
            }
            catch (GpuOpsException fault)
            {
                context.Log($"'{file}' is left alone: {fault.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public async Task<SupervisedRun> StartAsync(RunOrder order, CancellationToken cancellationToken)
    {
        var id = RunOrderRules.Check(order);
        var run = Add(order.Id, () => new JobRun(id, order, context, Tell));
        await run.Begun.WaitAsync(cancellationToken);
        return run.State;
    }

    /// <inheritdoc/>
    public Task StopAsync(string id, CancellationToken cancellationToken)
    {
        Find(id)?.Stop();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SignalAsync(string id, int signal, CancellationToken cancellationToken)
    {
        Find(id)?.Signal(signal);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ForgetAsync(string id, CancellationToken cancellationToken)
    {
        JobRun? forgotten = null;
        lock (_gate)
        {
            if (_runs.TryGetValue(id, out var run) && run.State.Ended is not null)
            {
                _runs.Remove(id);
                forgotten = run;
            }
        }

        forgotten?.Forget();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SupervisedRun>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<SupervisedRun>>([.. _runs.Values.Select(static run => run.State)]);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SupervisedRun> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = new RunWatch();
        lock (_watchGate)
        {
            _watches.Add(watch);
        }

        JobRun[] known;
        lock (_gate)
        {
            known = [.. _runs.Values];
        }

        try
        {
            foreach (var run in known)
            {
                run.TellAgain(watch.Tell);
            }

            await foreach (var run in watch.ReadAsync(cancellationToken))
            {
                yield return run;
            }
        }
        finally
        {
            lock (_watchGate)
            {
                _watches.Remove(watch);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private JobRun Add(string id, Func<JobRun> make)
    {
        lock (_gate)
        {
            if (_runs.TryGetValue(id, out var known))
            {
                return known;
            }

            if (_isClosed)
            {
                throw new GpuOpsException("SupervisorGone", GpuOpsErrorKind.Unreachable, $"The supervisor ends, and does not start {id}.");
            }

            var run = make();
            _runs.Add(id, run);
            _ = Task.Run(run.LiveAsync);
            return run;
        }
    }

    private JobRun? Find(string id)
    {
        lock (_gate)
        {
            return _runs.GetValueOrDefault(id);
        }
    }

    private void Tell(SupervisedRun run)
    {
        RunWatch[] watches;
        lock (_watchGate)
        {
            watches = [.. _watches];
        }

        foreach (var watch in watches)
        {
            watch.Tell(run);
        }
    }
}

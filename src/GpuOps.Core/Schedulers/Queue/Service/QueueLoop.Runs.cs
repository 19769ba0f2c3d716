using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Schedulers.Queue.Service;

/// <content>What the supervisor tells.</content>
internal sealed partial class QueueLoop
{
    private readonly Dictionary<string, SupervisedRun> _runs = [];
    private readonly Dictionary<string, CancellationTokenSource> _launching = [];
    private readonly HashSet<string> _settling = [];

    private void TakeSupervisor(IJobSupervisor supervisor, IReadOnlyList<SupervisedRun> runs)
    {
        _supervisor = supervisor;
        _notes.Supervisor = null;
        _runs.Clear();
        foreach (var run in runs)
            _runs[run.Id] = run;
        foreach (var run in runs)
            TakeRun(run);
        foreach (var job in _jobs.Values.Where(job => job.State != GpuJobState.Queued).ToArray())
            Check(job);
        LookForClaims();
    }

    private void MissSupervisor(Exception fault)
    {
        _supervisor = null;
        _notes.Supervisor = fault.Message;
        if (fault is not GpuOpsException)
            _options.Log($"The supervisor cannot be reached: {fault}");
    }

    private void TakeNews(IJobSupervisor supervisor, SupervisedRun run)
    {
        if (supervisor == _supervisor)
            TakeRun(run);
    }

    /// <summary>What has to be done for a job that was begun, where nothing is known of its start.</summary>
    private void Check(StoredJob job)
    {
        if (_supervisor is not { } supervisor)
            return;
        if (_runs.TryGetValue(job.StartId, out var run))
        {
            if (job.IsCancelling)
                Stop(supervisor, run);
        }
        else if (_launching.TryGetValue(job.StartId, out var launch))
        {
            // One that waits for GPUs again need not wait any longer; one that is being started is ended when it runs.
            if (job.IsCancelling)
                _ = launch.CancelAsync();
        }
        else if (job.State == GpuJobState.Running)
        {
            Settle(job, RunOutcome.Lost, null);
        }
        else if (!_beginning.Contains(job.Id))
        {
            // It was written down that it starts, and no supervisor has heard of it.
            Launch(job, supervisor, null);
        }
    }

    /// <summary>A start was written down; now it is given to the supervisor.</summary>
    private void TakeBegun(StoredJob begun, GpuReservation? reservation)
    {
        HearStore();
        _beginning.Remove(begun.Id);
        // Without a supervisor it is given to the next one, who gets the same GPUs under the same id.
        if (_supervisor is { } supervisor && _jobs.TryGetValue(begun.Id, out var job) && job.StartId == begun.StartId)
            Launch(job, supervisor, reservation);
    }

    private void Launch(StoredJob job, IJobSupervisor supervisor, GpuReservation? reservation)
    {
        if (job.IsCancelling)
        {
            Settle(job, static (job, now) => job with { State = GpuJobState.Cancelled, Ended = now, Gpus = [] }, null);
            return;
        }

        var cancelled = new CancellationTokenSource();
        _launching.Add(job.StartId, cancelled);
        _inbox.Start(async () =>
        {
            var again = reservation is null && job.Request.Demand is not null;
            try
            {
                if (again)
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelled.Token, _inbox.Ending);
                    reservation = await _launcher.AcquireAgainAsync(job, supervisor.Process, either.Token);
                }

                var run = await _launcher.LaunchAsync(job, reservation, supervisor);
                // One that had ended by then has given back what it had, and this is another grant.
                if (again && run.Ended is not null)
                    await _claims.ReleaseAsync(reservation!.Id);
                _inbox.Post(() => EndLaunch(job, () => TakeNews(supervisor, run)));
            }
            catch (LaunchRefusedException refused)
            {
                _inbox.Post(() => EndLaunch(job, () => Settle(job, (job, now) => job with { State = GpuJobState.Failed, Reason = refused.Message, Ended = now }, null)));
            }
            catch (Exception fault) when (!_inbox.Ending.IsCancellationRequested)
            {
                _inbox.Post(() => EndLaunch(job, () => Delay(job, supervisor, fault)));
            }
        });
    }

    private void EndLaunch(StoredJob job, Action then)
    {
        if (_launching.Remove(job.StartId, out var cancelled))
            cancelled.Dispose();
        then();
    }

    /// <summary>Tries a start again that may or may not have reached the supervisor.</summary>
    private void Delay(StoredJob job, IJobSupervisor supervisor, Exception fault)
    {
        if (fault is not (GpuOpsException or OperationCanceledException))
            _options.Log($"The start {job.StartId} is tried again: {fault}");
        var wait = fault is OperationCanceledException || supervisor != _supervisor ? TimeSpan.Zero : ShortPause;
        _inbox.PostAfter(wait, () =>
        {
            if (_jobs.TryGetValue(job.Id, out var now) && now.StartId == job.StartId && now.State != GpuJobState.Queued)
                Check(now);
        });
    }

    private void TakeRun(SupervisedRun run)
    {
        if (!TryReadStart(run.Id, out var id, out var start))
            return;
        _runs[run.Id] = run;
        if (!_jobs.TryGetValue(id, out var job) || job.Starts != start || job.State == GpuJobState.Queued)
        {
            TakeStray(run, id);
            return;
        }

        if (run.Ended is not null)
        {
            Settle(job, (job, now) => RunOutcome.Of(job, run, now), run);
            return;
        }

        if (job.State == GpuJobState.Starting && run.Started is { } started)
            MarkRunning(job, started);
        if (job.IsCancelling && _supervisor is { } supervisor)
            Stop(supervisor, run);
    }

    /// <summary>A start of a job that is over, or that goes on with another one.</summary>
    private void TakeStray(SupervisedRun run, long id)
    {
        if (_supervisor is not { } supervisor)
            return;
        if (run.Ended is not null)
        {
            if (!_settling.Contains(run.Id))
                Forget(supervisor, run.Id);
            return;
        }

        _inbox.Start(async () =>
        {
            // One that is in no store belonged to a queue that is gone, and is nobody's to end.
            if (await _store.FindAsync(id, _inbox.Ending) is { IsFinished: true })
                await supervisor.StopAsync(run.Id, _inbox.Ending);
        });
    }

    private void MarkRunning(StoredJob job, DateTimeOffset started) => _inbox.Start(() => _store.ChangeAsync(
        job.Id,
        now => now.State == GpuJobState.Starting && now.StartId == job.StartId ? now with { State = GpuJobState.Running, Started = started } : null,
        CancellationToken.None));

    private void Stop(IJobSupervisor supervisor, SupervisedRun run)
    {
        if (!run.IsStopped && run.Ended is null)
            _inbox.Start(() => supervisor.StopAsync(run.Id, _inbox.Ending));
    }

    /// <summary>Writes down how a start ended, until that is done; then the supervisor may forget it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="outcome">The job after the end.</param>
    /// <param name="run">The start as the supervisor knows it; null where it does not, and the GPUs may have to be given back here.</param>
    private void Settle(StoredJob job, Func<StoredJob, DateTimeOffset, StoredJob> outcome, SupervisedRun? run)
    {
        if (!_settling.Add(job.StartId))
            return;
        _inbox.Start(async () =>
        {
            try
            {
                await _store.ChangeAsync(
                    job.Id,
                    now => now.StartId == job.StartId && now.State is GpuJobState.Starting or GpuJobState.Running ? outcome(now, _options.Time.GetUtcNow()) : null,
                    CancellationToken.None);
            }
            catch (Exception fault)
            {
                _inbox.Post(() =>
                {
                    PauseStore(fault);
                    _inbox.PostAfter(ShortPause, () =>
                    {
                        _settling.Remove(job.StartId);
                        Settle(job, outcome, run);
                    });
                });
                return;
            }

            if (run is null && job.Request.Demand is not null)
                await _claims.ReleaseAsync(_launcher.ClaimId(job.Id, job.Starts));
            _inbox.Post(() =>
            {
                HearStore();
                _settling.Remove(job.StartId);
                if (run is not null && _supervisor is { } supervisor)
                    Forget(supervisor, run.Id);
            });
        });
    }

    private void Forget(IJobSupervisor supervisor, string start)
    {
        _runs.Remove(start);
        _inbox.Start(async () =>
        {
            try
            {
                await supervisor.ForgetAsync(start, _inbox.Ending);
            }
            catch (GpuOpsException)
            {
                // It has gone. Whoever comes after it is told when he tells of this start.
            }
        });
    }
}

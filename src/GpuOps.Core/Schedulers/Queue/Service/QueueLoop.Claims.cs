using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers.Queue.Order;

namespace GpuOps.Schedulers.Queue.Service;

/// <content>What the pool answers.</content>
internal sealed partial class QueueLoop
{
    /// <summary>How long a demand is left alone that the pool can never meet as it is.</summary>
    private static readonly TimeSpan Impossible = TimeSpan.FromSeconds(10);

    private void TakeGrant(PoolClaim claim, GpuReservation reservation)
    {
        if (!_inbox.Ending.IsCancellationRequested && !_isDraining && _supervisor is not null
            && _jobs.TryGetValue(claim.Wish.Id, out var job) && job.IsReady && job.Starts + 1 == claim.Start && _beginning.Add(job.Id))
        {
            _gpuLine.Remove(job.Id);
            Begin(job, reservation);
            return;
        }

        _inbox.Start(() => _claims.ReleaseAsync(reservation.Id));
    }

    private void TakeRefusal(PoolClaim claim, Exception fault)
    {
        if (fault is GpuOpsException { Kind: GpuOpsErrorKind.InvalidArgument or GpuOpsErrorKind.NotFound or GpuOpsErrorKind.NotReady })
        {
            var kind = claim.Wish.Kind;
            _inbox.PostAfter(Impossible, () => _notes.Out.TryRemove(kind, out _));
            _notes.Out[kind] = fault.Message;
            return;
        }

        PausePool(fault);
    }

    /// <summary>Leaves the pool alone for a while.</summary>
    /// <returns>For how long.</returns>
    private TimeSpan PausePool(Exception fault)
    {
        if (fault is not GpuOpsException)
            _options.Log($"The pool cannot be asked: {fault}");
        _notes.Pool = fault.Message;
        _isPoolPaused = true;
        var wait = _poolPause.Next();
        _inbox.PostAfter(wait, () => _isPoolPaused = false);
        return wait;
    }

    private void HearPool()
    {
        _notes.Pool = null;
        _poolPause.Reset();
    }

    /// <summary>Looks what an earlier service of this queue has left in the pool.</summary>
    private void LookForClaims()
    {
        if (_knowsClaims || _looksForClaims)
            return;
        _looksForClaims = true;
        _inbox.Start(async () =>
        {
            try
            {
                var snapshot = await _options.Pool.ReadAsync(_options.Pool.LocalHost, _inbox.Ending);
                _inbox.Post(() => TakeClaims(snapshot));
            }
            catch (Exception fault) when (!_inbox.Ending.IsCancellationRequested)
            {
                _inbox.Post(() =>
                {
                    _looksForClaims = false;
                    _inbox.PostAfter(PausePool(fault), LookForClaims);
                });
            }
        });
    }

    /// <summary>Goes on with the requests that are still wanted, and takes the others back.</summary>
    private void TakeClaims(PoolSnapshot snapshot)
    {
        HearPool();
        _looksForClaims = false;
        if (_supervisor is not { } supervisor)
            return;
        List<GpuWish> found = [];
        List<string> stale = [];
        foreach (var (id, holder) in snapshot.Reservations.Select(held => (held.Id, held.Holder))
            .Concat(snapshot.Queue.OrderBy(entry => entry.Position).Select(entry => (entry.Id, entry.Holder))))
        {
            if (!TryReadClaim(id, out var job, out var start) || IsUnderWay(job, start))
                continue;
            if (holder == supervisor.Process && _jobs.TryGetValue(job, out var known) && known.IsReady && known.Starts + 1 == start && known.Request.Demand is { } demand)
                found.Add(new GpuWish(new LinePlace(known.Priority, job), DemandKind.Of(demand)));
            else
                stale.Add(id);
        }

        var withdrawn = ClaimPlan.Of(found, Wanted()).Withdraw;
        stale.AddRange(withdrawn.Select(wish => _launcher.ClaimId(wish.Id, _jobs[wish.Id].Starts + 1)));
        foreach (var wish in found.Except(withdrawn))
            _claims.Adopt(wish, (_launcher.Request(_jobs[wish.Id], _jobs[wish.Id].Starts + 1, supervisor.Process), _jobs[wish.Id].Starts + 1));
        _inbox.Start(async () =>
        {
            foreach (var id in stale)
                await _claims.ReleaseAsync(id);
            _inbox.Post(() => _knowsClaims = true);
        });
    }

    /// <summary>Whether a start has begun and has not ended: its GPUs are the supervisor's to give back.</summary>
    private bool IsUnderWay(long job, int start) =>
        (_jobs.TryGetValue(job, out var known) && known.Starts == start && known.State is GpuJobState.Starting or GpuJobState.Running)
        || (_runs.TryGetValue(StartId(job, start), out var run) && run.Ended is null);

    private bool TryReadClaim(string id, out long job, out int start)
    {
        (job, start) = (0, 0);
        return id.StartsWith($"{_store.Instance}-", StringComparison.Ordinal) && TryReadStart(id[(_store.Instance.Length + 1)..], out job, out start);
    }

    private static bool TryReadStart(string id, out long job, out int start)
    {
        (job, start) = (0, 0);
        return id.Split('.') is [var first, var second]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out job)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out start);
    }

    private static string StartId(long job, int start) => string.Create(CultureInfo.InvariantCulture, $"{job}.{start}");
}

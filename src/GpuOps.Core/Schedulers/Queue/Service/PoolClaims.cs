using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;
using GpuOps.Schedulers.Queue.Order;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>The queue's requests that stand in the pool's line. All but the waiting is done on the loop.</summary>
/// <param name="pool">The pool.</param>
/// <param name="inbox">The loop.</param>
/// <param name="notes">Where jobs stand.</param>
internal sealed class PoolClaims(PoolSession pool, Inbox inbox, QueueNotes notes)
{
    /// <summary>How long the pool has to take something back.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    private readonly List<PoolClaim> _open = [];

    /// <summary>A job has its GPUs.</summary>
    public required Action<PoolClaim, GpuReservation> Granted { get; init; }

    /// <summary>A job cannot have them, or the pool cannot be asked.</summary>
    public required Action<PoolClaim, Exception> Failed { get; init; }

    /// <summary>The pool could be asked.</summary>
    public required Action Heard { get; init; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _open.Count == 0;

    /// <summary>
    /// Brings what stands in line nearer to what has to stand there: takes back what is in the wrong place, then asks for
    /// one after the other, each when it is known where the one before it stands.
    /// </summary>
    /// <param name="wanted">What has to stand there, in order.</param>
    /// <param name="request">The request for a job, and the number of the start it is for.</param>
    public void Follow(IReadOnlyList<GpuWish> wanted, Func<GpuWish, (ReservationRequest Request, int Start)> request)
    {
        var plan = ClaimPlan.Of([.. _open.Where(claim => !claim.IsWithdrawn).Select(claim => Renewed(claim, wanted))], wanted);
        foreach (var wish in plan.Withdraw)
            Withdraw(wish.Id);
        if (plan.Ask.Count > 0 && _open.TrueForAll(static claim => claim.IsInLine && !claim.IsWithdrawn))
            Ask(plan.Ask[0], request(plan.Ask[0]), isInLine: false);
    }

    /// <summary>Takes a job's request back, if there is one.</summary>
    public void Withdraw(long job) => _open.Find(claim => claim.Wish.Id == job)?.Withdraw();

    /// <summary>Goes on with what an earlier service had in line.</summary>
    public void Adopt(GpuWish wish, (ReservationRequest Request, int Start) request) => Ask(wish, request, isInLine: true);

    /// <summary>Gives GPUs back, or a place in line.</summary>
    public async Task ReleaseAsync(string id)
    {
        using var limit = new CancellationTokenSource(ReleaseLimit);
        try
        {
            await pool.Pool.ReleaseAsync(pool.LocalHost, id, limit.Token);
        }
        catch (Exception fault) when (fault is GpuOpsException or OperationCanceledException)
        {
            // The pool is away. Nobody sends a heartbeat for it, and so it ends with its lease.
        }
    }

    /// <summary>The claim as it is now: another priority is no other claim.</summary>
    private static GpuWish Renewed(PoolClaim claim, IReadOnlyList<GpuWish> wanted) =>
        wanted.FirstOrDefault(wish => wish.Id == claim.Wish.Id && wish.Kind == claim.Wish.Kind) ?? claim.Wish;

    private void Ask(GpuWish wish, (ReservationRequest Request, int Start) asked, bool isInLine)
    {
        var claim = new PoolClaim(wish, asked.Request.Id, asked.Start) { IsInLine = isInLine };
        _open.Add(claim);
        inbox.Start(() => WaitAsync(claim, asked.Request));
    }

    private async Task WaitAsync(PoolClaim claim, ReservationRequest request)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(claim.Withdrawal.Token, inbox.Ending);
        try
        {
            var reservation = await pool.AcquireAsync(request, timeout: null, new Progress(this, claim), either.Token);
            inbox.Post(() => Grant(claim, reservation));
        }
        catch (OperationCanceledException) when (claim.IsWithdrawn || inbox.Ending.IsCancellationRequested)
        {
            inbox.Post(() => Close(claim));
        }
        catch (Exception fault)
        {
            inbox.Post(() => Fail(claim, fault));
        }
    }

    private void Grant(PoolClaim claim, GpuReservation reservation)
    {
        if (!claim.IsWithdrawn)
        {
            Close(claim);
            Heard();
            Granted(claim, reservation);
            return;
        }

        // It was granted as it was taken back. It counts as open until the pool has forgotten it: its id may be used again.
        inbox.Start(async () =>
        {
            await ReleaseAsync(claim.Id);
            inbox.Post(() => Close(claim));
        });
    }

    private void Fail(PoolClaim claim, Exception fault)
    {
        Close(claim);
        if (!claim.IsWithdrawn)
            Failed(claim, fault);
    }

    private void Close(PoolClaim claim)
    {
        _open.Remove(claim);
        notes.Places.TryRemove(claim.Wish.Id, out _);
        claim.Dispose();
    }

    private void Stand(PoolClaim claim, QueueProgress progress)
    {
        if (!_open.Contains(claim))
            return;
        claim.IsInLine = true;
        notes.Places[claim.Wish.Id] = progress;
        if (progress.Trouble is null)
            Heard();
    }

    /// <summary>Passes on where a claim stands, when that has changed.</summary>
    private sealed class Progress(PoolClaims claims, PoolClaim claim) : IProgress<QueueProgress>
    {
        private (int, int, string?)? _last;

        public void Report(QueueProgress value)
        {
            var now = (value.Position, value.Waiting, value.Trouble);
            if (now == _last)
                return;
            _last = now;
            claims.Post(() => claims.Stand(claim, value));
        }
    }

    private void Post(Action action) => inbox.Post(action);
}

using GpuOps.Errors;
using GpuOps.Pools.Rules;
using GpuOps.Timing;

namespace GpuOps.Pools.Reservations;

/// <summary>Sees a host's GPUs as they are now; null when this process cannot see that host.</summary>
/// <param name="host">The host.</param>
/// <param name="cancellationToken">Ends the wait for the driver.</param>
public delegate Task<GpuObservation?> GpuObserve(string host, CancellationToken cancellationToken);

/// <summary>
/// Takes a request through a pool: asks, reclaims what the dead of this machine left behind, waits in line, makes
/// sure that what it was granted is not in use, and leaves nothing behind when it is cancelled.
/// </summary>
/// <param name="pool">The pool.</param>
/// <param name="observe">Sees the GPUs.</param>
/// <param name="options">How to wait.</param>
public sealed class ReservationClient(IGpuPool pool, GpuObserve observe, ReservationClientOptions options)
{
    /// <summary>Only the first few in line look after the dead often; all of them together would keep the host busy.</summary>
    private const int Watchmen = 3;

    /// <summary>Gets the GPUs or says why not.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="timeout">How long to wait in line; null waits for ever.</param>
    /// <param name="progress">Told where the request stands, whenever that changes.</param>
    /// <param name="cancellationToken">Leaves the line; a grant made in the meantime is given back.</param>
    /// <exception cref="GpuOpsException">Refused, timed out, or the store cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<GpuReservation> AcquireAsync(
        ReservationRequest request, TimeSpan? timeout, IProgress<QueueProgress>? progress, CancellationToken cancellationToken)
    {
        using var limit = new Deadline(timeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var last = new ReservationDecision { Outcome = ReservationOutcome.Unknown };
        try
        {
            var decision = await AskAsync(request, either.Token);
            return decision.Outcome == ReservationOutcome.Granted
                ? decision.Reservation!
                : await StandInLineAsync(request, decision, Report, either.Token);
        }
        catch (Exception fault)
        {
            await ForgetAsync(request, fault);
            if (fault is OperationCanceledException && limit.IsOver && !cancellationToken.IsCancellationRequested)
            {
                throw new GpuOpsException("ReservationTimeout", GpuOpsErrorKind.Timeout,
                    $"{request.Demand} on '{request.Host}' did not become free within {timeout}. The request stood at place {last.Position} of {last.Waiting}; Get-GpuQueue shows who waits.", request.Demand, fault);
            }

            throw;
        }

        void Report(ReservationDecision decision, TimeSpan waited, string? trouble)
        {
            last = decision.Outcome == ReservationOutcome.Waiting ? decision : last;
            progress?.Report(new QueueProgress(last.Position, last.Waiting, waited, trouble));
        }
    }

    /// <summary>Ends a reservation. False when the pool no longer held it.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    public Task<bool> ReleaseAsync(GpuReservation reservation, CancellationToken cancellationToken) =>
        pool.ReleaseAsync(reservation.ComputerName, reservation.Id, cancellationToken);

    private async Task<ReservationDecision> AskAsync(ReservationRequest request, CancellationToken cancellationToken)
    {
        request = request with { Observation = await observe(request.Host, cancellationToken) };
        var decision = await pool.RequestAsync(request, cancellationToken);
        if (await ReclaimDeadAsync(decision, cancellationToken))
        {
            decision = await pool.RequestAsync(request, cancellationToken);
        }

        return decision.Outcome == ReservationOutcome.Refused
            ? throw RefusalText.Explain(request, decision, pool.Description,
                decision.Reason == RefusalReason.Busy ? (await pool.ReadAsync(request.Host, cancellationToken)).Reservations : [])
            : decision;
    }

    private async Task<GpuReservation> StandInLineAsync(
        ReservationRequest request, ReservationDecision decision, Action<ReservationDecision, TimeSpan, string?> report, CancellationToken cancellationToken)
    {
        var start = options.Time.GetTimestamp();
        var heard = start;
        // Each look is also the heartbeat of the place in line, whatever the setting says.
        var poll = options.PollInterval < request.Lease / 3 ? options.PollInterval : request.Lease / 3;
        await using var news = new News(pool, request);
        while (true)
        {
            string? trouble = null;
            try
            {
                await news.ListenAsync(cancellationToken);
                decision = await LookAgainAsync(request, options.Time.GetElapsedTime(heard), cancellationToken);
                heard = options.Time.GetTimestamp();
                if (decision.Outcome == ReservationOutcome.Granted)
                {
                    return decision.Reservation!;
                }
            }
            catch (GpuOpsException fault) when (IsPassing(fault) && options.Time.GetElapsedTime(heard) < request.Lease)
            {
                // The place in line outlives a store that is away for less than a lease.
                trouble = fault.Message;
            }

            report(decision, options.Time.GetElapsedTime(start), trouble);
            await news.WaitAsync(decision.Position <= Watchmen || trouble is not null ? options.HeadInterval : poll, cancellationToken);
        }
    }

    /// <summary>Asks how the request stands.</summary>
    /// <param name="request">The request.</param>
    /// <param name="silence">How long ago the pool was last heard of.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<ReservationDecision> LookAgainAsync(ReservationRequest request, TimeSpan silence, CancellationToken cancellationToken)
    {
        var observation = await observe(request.Host, cancellationToken);
        var decision = await pool.CheckAsync(request.Host, request.Id, observation, cancellationToken);
        if (decision.Outcome == ReservationOutcome.Waiting && await ReclaimDeadAsync(decision, cancellationToken))
        {
            decision = await pool.CheckAsync(request.Host, request.Id, observation, cancellationToken);
        }

        if (decision is { Outcome: ReservationOutcome.Granted, Reservation: { } grant } && observation is not null
            && IsOccupied(request, grant, observation) && !await IsSharedAsync(grant, cancellationToken))
        {
            decision = await pool.DeclineAsync(grant, observation, cancellationToken);
        }

        return decision.Outcome switch
        {
            // The place in line ended because this client was silent for too long: it stands in line anew.
            ReservationOutcome.Unknown when silence >= request.Lease => await AskAsync(request, cancellationToken),
            ReservationOutcome.Unknown => throw await ExplainRemovalAsync(request, cancellationToken),
            ReservationOutcome.Refused => throw RefusalText.Explain(request, decision, pool.Description, []),
            _ => decision,
        };
    }

    /// <summary>Why a request is gone although its client was there: it became impossible in another client's step, or somebody removed it.</summary>
    private async Task<GpuOpsException> ExplainRemovalAsync(ReservationRequest request, CancellationToken cancellationToken)
    {
        var gpus = (await pool.ReadAsync(request.Host, cancellationToken)).Gpus;
        return HostLedger.Refusal(request.Host, gpus, request.Demand) is { } refusal
            ? RefusalText.Explain(request, refusal, pool.Description, [])
            : new GpuOpsException("RequestRemoved", GpuOpsErrorKind.Lost,
                $"The request for {request.Demand} on '{request.Host}' was taken out of the line by somebody else.", request.Demand);
    }

    private static bool IsOccupied(ReservationRequest request, GpuReservation reservation, GpuObservation observation) =>
        reservation.GpuId.Any(gpu => observation.InUse.TryGetValue(gpu, out var user) && !(request.Force && user == request.ActualUser));

    /// <summary>Whether others hold parts of the same GPU, so that who uses it may be one of them.</summary>
    private async Task<bool> IsSharedAsync(GpuReservation reservation, CancellationToken cancellationToken) =>
        reservation.Share < 1
        && (await pool.ReadAsync(reservation.ComputerName, cancellationToken)).Reservations
            .Any(other => other.Id != reservation.Id && other.GpuId.Intersect(reservation.GpuId).Any());

    private async Task<bool> ReclaimDeadAsync(ReservationDecision decision, CancellationToken cancellationToken)
    {
        Claim[] dead = [.. decision.Neighbours.Where(claim => LocalProcesses.IsGone(claim.Holder))];
        return dead.Length > 0 && await pool.ReclaimAsync(dead, cancellationToken) > 0;
    }

    private static bool IsPassing(GpuOpsException fault) => fault.Kind is GpuOpsErrorKind.Unreachable or GpuOpsErrorKind.Timeout;

    /// <summary>Takes back a request that may have taken effect although its client gives up.</summary>
    private async Task ForgetAsync(ReservationRequest request, Exception cause)
    {
        if (cause is GpuOpsException { Kind: not (GpuOpsErrorKind.Unreachable or GpuOpsErrorKind.Timeout or GpuOpsErrorKind.Exhausted or GpuOpsErrorKind.Lost) })
        {
            return;
        }

        using var limit = new CancellationTokenSource(options.CleanupTimeout, options.Time);
        try
        {
            await pool.ReleaseAsync(request.Host, request.Id, limit.Token);
        }
        catch (Exception fault) when (fault is GpuOpsException or OperationCanceledException)
        {
            // The store is away: the request has no heartbeat from now on and ends with its lease.
        }
    }

    /// <summary>The signal of a request, listened to as soon as the store can be reached.</summary>
    private sealed class News(IGpuPool pool, ReservationRequest request) : IAsyncDisposable
    {
        private IWaitSignal? _signal;

        public async Task ListenAsync(CancellationToken cancellationToken) =>
            _signal ??= await pool.ListenAsync(request.Host, request.Id, cancellationToken);

        public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
            _signal?.WaitAsync(atMost, cancellationToken) ?? Task.Delay(atMost, cancellationToken);

        public ValueTask DisposeAsync() => _signal?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

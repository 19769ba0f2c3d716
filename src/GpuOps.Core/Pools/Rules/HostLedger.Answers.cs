namespace GpuOps.Pools.Rules;

internal sealed partial class HostLedger
{
    /// <summary>The grant as the pipeline sees it.</summary>
    /// <param name="claim">A granted claim.</param>
    public GpuReservation ToReservation(LedgerClaim claim)
    {
        var request = claim.Request;
        var first = _gpus.GetValueOrDefault(claim.Held[0].Gpu);
        return new GpuReservation
        {
            Id = claim.Id,
            FencingNumber = claim.Fence,
            ComputerName = Host,
            GpuId = [.. claim.Held.Select(held => held.Gpu)],
            Device = [.. claim.Held.Select(held => _gpus.GetValueOrDefault(held.Gpu)?.Description.Device ?? "")],
            Provider = first?.Description.Provider ?? GpuProvider.None,
            Share = claim.Held[0].Units / (decimal)WholeGpu,
            Memory = request.Demand.Memory,
            User = request.User,
            ActualUser = request.ActualUser,
            Kind = request.Kind,
            Note = request.Note,
            Since = ToLocal(claim.Granted),
            LastHeartbeat = ToLocal(claim.Heartbeat),
            Expires = ToLocal(claim.Expires),
            Lease = request.Lease,
            Holder = request.Holder,
        };
    }

    /// <summary>A waiting request as the pipeline sees it.</summary>
    /// <param name="claim">A waiting claim.</param>
    /// <param name="position">Its place in line, from 1.</param>
    public GpuQueueEntry ToQueueEntry(LedgerClaim claim, int position) => new()
    {
        Id = claim.Id,
        Position = position,
        ComputerName = Host,
        User = claim.Request.User,
        ActualUser = claim.Request.ActualUser,
        Demand = claim.Request.Demand,
        Kind = claim.Request.Kind,
        Note = claim.Request.Note,
        Since = ToLocal(claim.Since),
        LastHeartbeat = ToLocal(claim.Heartbeat),
        Holder = claim.Request.Holder,
    };

    /// <summary>A GPU as the pool shows it.</summary>
    /// <param name="gpu">The GPU.</param>
    public PoolGpu ToPoolGpu(LedgerGpu gpu) => gpu.Description with
    {
        DisabledReason = gpu.DisabledReason,
        DisabledBy = gpu.DisabledBy,
        DisabledSince = gpu.DisabledReason is null ? null : ToLocal(gpu.DisabledSince),
        InUseBy = gpu.Taken == 0 && IsInUse(gpu) ? gpu.InUseBy : null,
    };

    /// <summary>Pool time as wall-clock time: the offset that a clock that was set left behind is taken off again.</summary>
    public DateTimeOffset ToWallClock(long poolTime) => DateTimeOffset.FromUnixTimeMilliseconds(poolTime - _counters.Offset);

    private DateTime ToLocal(long poolTime) => ToWallClock(poolTime).LocalDateTime;

    private ReservationDecision Describe(string id, ReservationRequest? request)
    {
        if (!_claims.TryGetValue(id, out var claim))
        {
            // A request that became impossible was refused by the scheduler; say why, as its client would be told at once.
            return request is not null && Refusal(request.Demand) is { } refusal
                ? refusal
                : new ReservationDecision { Outcome = ReservationOutcome.Unknown };
        }

        if (claim is { IsGranted: true, IsFixed: false, Request.Duration: { } duration })
        {
            // Until its client knows of it, a timed grant lives like any other: else one that nobody came for would stay.
            (claim.IsFixed, claim.Expires) = (true, Now + (long)duration.TotalMilliseconds);
            Changes.Update(claim);
        }

        return claim.IsGranted
            ? new ReservationDecision { Outcome = ReservationOutcome.Granted, Reservation = ToReservation(claim) }
            : new ReservationDecision
            {
                Outcome = ReservationOutcome.Waiting,
                Position = _line.IndexOfKey(claim.Place) + 1,
                Waiting = _line.Count,
                Free = Free(),
                InService = InService(),
                Neighbours = Neighbours(claim.Request),
            };
    }

    private ReservationDecision Busy(ReservationRequest request) => new()
    {
        Outcome = ReservationOutcome.Refused,
        Reason = RefusalReason.Busy,
        Gpus = request.Demand.Ids ?? [],
        Free = Free(),
        InService = InService(),
        Waiting = _line.Count,
        Neighbours = Neighbours(request),
    };

    /// <summary>Why a demand cannot be met by a host's GPUs even when all of them are free; null when it can.</summary>
    /// <param name="host">The host.</param>
    /// <param name="gpus">Its GPUs.</param>
    /// <param name="demand">The demand.</param>
    public static ReservationDecision? Refusal(string host, IEnumerable<PoolGpu> gpus, GpuDemand demand) =>
        new HostLedger(host, 0, new PoolCounters(), gpus.Select(gpu => new LedgerGpu { Description = gpu, DisabledReason = gpu.DisabledReason }), [], _ => new Dictionary<int, long>())
            .Refusal(demand);

    private ReservationDecision? Refusal(GpuDemand demand)
    {
        var (reason, gpus) = Impossibility(demand);
        return reason is null ? null : new ReservationDecision
        {
            Outcome = ReservationOutcome.Refused,
            Reason = reason,
            Gpus = gpus,
            Free = Free(),
            InService = InService(),
            Waiting = _line.Count,
        };
    }

    private (RefusalReason? Reason, IReadOnlyList<int> Gpus) Impossibility(GpuDemand demand)
    {
        if (_gpus.Count == 0)
        {
            return (RefusalReason.NotInitialized, []);
        }

        if (demand.Ids is { } ids)
        {
            var unknown = ids.Where(id => !_gpus.ContainsKey(id)).ToArray();
            var disabled = ids.Where(id => _gpus.TryGetValue(id, out var gpu) && !gpu.InService).ToArray();
            return unknown.Length > 0 ? (RefusalReason.UnknownGpu, unknown)
                : disabled.Length > 0 ? (RefusalReason.DisabledGpu, disabled)
                : (null, []);
        }

        return demand.Width > InService() ? (RefusalReason.TooMany, [])
            : Candidates(demand).Length == 0 ? (RefusalReason.TooMuchMemory, [])
            : (null, []);
    }

    private int InService() => _gpus.Values.Count(gpu => gpu.InService);

    private int Free() => _gpus.Values.Count(gpu => gpu.InService && gpu.Taken == 0 && !IsInUse(gpu));

    private Claim[] Neighbours(ReservationRequest request) =>
        request.Holder is not { Machine.Length: > 0 } own ? [] :
        [.. _claims.Values
            .Where(claim => claim.Id != request.Id && claim.Request.Holder is { } holder && holder.Machine == own.Machine)
            .Where(claim => !claim.IsFixed)
            .Select(claim => new Claim(claim.Id, Host, claim.Request.Holder!))];
}

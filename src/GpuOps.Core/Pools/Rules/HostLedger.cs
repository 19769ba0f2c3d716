namespace GpuOps.Pools.Rules;

/// <summary>
/// The rules of docs/pools.md for one host, as a pure step over what a store has loaded: it reads no clock and
/// writes nothing, but notes in <see cref="Changes"/> what the store has to write.
/// </summary>
internal sealed partial class HostLedger
{
    /// <summary>The units of a whole GPU; a share is a part of them.</summary>
    public const int WholeGpu = 10_000;

    /// <summary>How long an observation of use without a reservation counts, in milliseconds.</summary>
    private const long ObservationLife = 60_000;

    private readonly PoolCounters _counters;
    private readonly Func<string, IReadOnlyDictionary<int, long>> _lastUseOf;
    private readonly SortedList<int, LedgerGpu> _gpus = [];
    private readonly Dictionary<string, LedgerClaim> _claims = [];
    private readonly SortedList<long, LedgerClaim> _line = [];

    /// <summary>Puts a loaded host together.</summary>
    /// <param name="host">The host.</param>
    /// <param name="now">The pool's time in milliseconds.</param>
    /// <param name="counters">The pool's counters.</param>
    /// <param name="gpus">The host's GPUs.</param>
    /// <param name="claims">The host's grants and waiting requests.</param>
    /// <param name="lastUseOf">For a user, when that user last gave back each GPU.</param>
    public HostLedger(
        string host,
        long now,
        PoolCounters counters,
        IEnumerable<LedgerGpu> gpus,
        IEnumerable<LedgerClaim> claims,
        Func<string, IReadOnlyDictionary<int, long>> lastUseOf)
    {
        Host = host;
        Now = now;
        _counters = counters;
        _lastUseOf = lastUseOf;
        foreach (var gpu in gpus)
        {
            _gpus.Add(gpu.Id, gpu);
        }

        foreach (var claim in claims)
        {
            _claims.Add(claim.Id, claim);
            if (claim.IsGranted)
            {
                Take(claim, +1);
            }
            else
            {
                _line.Add(claim.Place, claim);
            }
        }
    }

    public string Host { get; }

    public long Now { get; private set; }

    public LedgerChanges Changes { get; private set; } = new();

    public IEnumerable<LedgerGpu> Gpus => _gpus.Values;

    public IEnumerable<LedgerClaim> Grants => _claims.Values.Where(claim => claim.IsGranted);

    public IReadOnlyList<LedgerClaim> Line => [.. _line.Values];

    /// <summary>Begins another step with what the last one left behind.</summary>
    /// <param name="now">The pool's time in milliseconds.</param>
    public void Continue(long now)
    {
        Now = now;
        Changes = new();
        RemovedGpus.Clear();
    }

    /// <summary>Ends what has expired. The first part of every step.</summary>
    public void Sweep()
    {
        foreach (var claim in _claims.Values.ToArray())
        {
            if (claim.IsGranted && claim.Expires <= Now)
            {
                End(claim, claim.IsFixed ? claim.Expires : claim.Heartbeat);
            }
            else if (!claim.IsGranted && claim.LeaseEnd <= Now)
            {
                Leave(claim);
            }
        }
    }

    public ReservationDecision Request(ReservationRequest request)
    {
        Observe(request.Observation);
        if (_claims.TryGetValue(request.Id, out var known))
        {
            Touch(known);
            Schedule();
            return Describe(known.Id, request);
        }

        if (Refusal(request.Demand) is { } refusal)
        {
            Schedule();
            return refusal;
        }

        var claim = new LedgerClaim { Request = request, Place = ++_counters.Place, Since = Now, Heartbeat = Now };
        _claims.Add(claim.Id, claim);
        _line.Add(claim.Place, claim);
        Changes.Add(claim);
        Schedule();
        // The client learns of its own grant from the answer; nobody has to ring.
        Changes.Rung.Remove(claim.Id);
        if (claim.IsGranted || request.Wait)
        {
            return Describe(claim.Id, request);
        }

        Leave(claim);
        Schedule();
        return Busy(request);
    }

    public ReservationDecision Check(string id, GpuObservation? observation)
    {
        Observe(observation);
        if (_claims.TryGetValue(id, out var claim) && !claim.IsGranted)
        {
            Touch(claim);
        }

        Schedule();
        Changes.Rung.Remove(id);
        return Describe(id, claim?.Request);
    }

    public ReservationDecision Decline(string id, long fence, GpuObservation observation)
    {
        Observe(observation);
        if (_claims.TryGetValue(id, out var claim) && claim.IsGranted && claim.Fence == fence)
        {
            Take(claim, -1);
            (claim.Fence, claim.Granted, claim.Expires, claim.IsFixed, claim.Held, claim.Heartbeat) = (0, 0, 0, false, [], Now);
            _line.Add(claim.Place, claim);
            Changes.Update(claim);
        }

        Schedule();
        Changes.Rung.Remove(id);
        return Describe(id, claim?.Request);
    }

    public bool Release(string id)
    {
        var found = _claims.TryGetValue(id, out var claim);
        if (found)
        {
            Finish(claim!);
        }

        Schedule();
        return found;
    }

    /// <summary>Renews claims; returns the ids that are not there.</summary>
    public IReadOnlyList<string> Beat(IEnumerable<string> ids)
    {
        List<string> lost = [];
        foreach (var id in ids)
        {
            if (_claims.TryGetValue(id, out var claim))
            {
                Touch(claim);
            }
            else
            {
                lost.Add(id);
            }
        }

        Schedule();
        return lost;
    }

    public int Reclaim(IEnumerable<Claim> dead)
    {
        var ended = 0;
        foreach (var (id, _, holder) in dead)
        {
            if (_claims.TryGetValue(id, out var claim) && claim.Request.Holder == holder
                && !claim.IsFixed)
            {
                Finish(claim);
                ended++;
            }
        }

        Schedule();
        return ended;
    }

    public IReadOnlyList<int> SetService(IReadOnlyList<int> ids, string? reason, string by)
    {
        var unknown = ids.Where(id => !_gpus.ContainsKey(id)).ToArray();
        if (unknown.Length == 0)
        {
            foreach (var id in ids)
            {
                var gpu = _gpus[id];
                // Who says it again changes the reason, not since when it is so.
                var since = gpu.InService ? Now : gpu.DisabledSince;
                (gpu.DisabledReason, gpu.DisabledBy, gpu.DisabledSince) = reason is null ? (null, null, 0) : (reason, by, since);
                Changes.Gpus.Add(gpu);
            }
        }

        Schedule();
        return unknown;
    }

    private void Touch(LedgerClaim claim)
    {
        claim.Heartbeat = Now;
        if (claim.IsGranted && !claim.IsFixed)
        {
            claim.Expires = claim.LeaseEnd;
        }

        Changes.Update(claim);
    }

    private void Finish(LedgerClaim claim)
    {
        if (claim.IsGranted)
        {
            End(claim, Now);
        }
        else
        {
            Leave(claim);
        }
    }

    private void End(LedgerClaim claim, long end)
    {
        Take(claim, -1);
        _claims.Remove(claim.Id);
        foreach (var (id, _) in claim.Held)
        {
            if (_gpus.TryGetValue(id, out var gpu))
            {
                gpu.Returned = Now;
                (gpu.InUseBy, gpu.InUseSeen) = (null, 0);
                Changes.Use.Add(gpu);
                Changes.LastUse.Add((claim.Request.User, id, Now));
            }
        }

        Changes.Ended.Add((claim, end));
        Changes.Remove(claim);
    }

    private void Leave(LedgerClaim claim)
    {
        _claims.Remove(claim.Id);
        _line.Remove(claim.Place);
        Changes.Remove(claim);
    }

    private void Take(LedgerClaim claim, int sign)
    {
        foreach (var (id, units) in claim.Held)
        {
            if (_gpus.TryGetValue(id, out var gpu))
            {
                gpu.Taken += sign * units;
            }
        }
    }

    private void Observe(GpuObservation? observation)
    {
        if (observation is null)
        {
            return;
        }

        foreach (var gpu in _gpus.Values)
        {
            var user = observation.InUse.GetValueOrDefault(gpu.Id);
            if (user is null && gpu.InUseBy is null)
            {
                continue;
            }

            (gpu.InUseBy, gpu.InUseSeen) = (user, Now);
            Changes.Use.Add(gpu);
        }
    }
}

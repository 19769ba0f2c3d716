namespace GpuOps.Pools.Rules;

internal sealed partial class HostLedger
{
    /// <summary>Grants what can be granted, first come, first served. The last part of every step.</summary>
    public void Schedule()
    {
        if (_line.Count == 0)
        {
            return;
        }

        HashSet<int> spokenFor = [];
        foreach (var claim in _line.Values.ToArray())
        {
            var demand = claim.Request.Demand;
            if (Refusal(demand) is not null)
            {
                Leave(claim);
                Changes.Rung.Add(claim.Id);
                continue;
            }

            var candidates = Candidates(demand);
            var open = candidates.Where(gpu => !spokenFor.Contains(gpu.Id) && IsOpen(gpu, claim.Request)).ToArray();
            if (open.Length >= demand.Width)
            {
                Grant(claim, Choose(open, claim.Request));
            }
            else
            {
                spokenFor.UnionWith(candidates.Select(gpu => gpu.Id));
            }
        }
    }

    /// <summary>The units a demand takes on a GPU.</summary>
    public static int Units(GpuDemand demand, LedgerGpu gpu) => demand switch
    {
        { Share: { } share } => Units(share),
        { Memory: { } memory } => gpu.Description.MemoryTotal == 0
            ? int.MaxValue
            : (int)Math.Min(int.MaxValue, Math.Ceiling((decimal)WholeGpu * memory / gpu.Description.MemoryTotal)),
        _ => WholeGpu,
    };

    /// <summary>The units of a share: rounded down, so that three thirds fit into a whole.</summary>
    public static int Units(decimal share) => Math.Max(1, (int)(WholeGpu * share));

    private static bool IsPart(GpuDemand demand) => demand is { Share: not null } or { Memory: not null };

    private LedgerGpu[] Candidates(GpuDemand demand) =>
        [.. _gpus.Values.Where(gpu => gpu.InService
            && (demand.Ids is null || demand.Ids.Contains(gpu.Id))
            && Units(demand, gpu) <= WholeGpu)];

    private bool IsOpen(LedgerGpu gpu, ReservationRequest request)
    {
        if (gpu.Taken > 0)
        {
            return IsPart(request.Demand) && gpu.Taken + Units(request.Demand, gpu) <= WholeGpu;
        }

        return !IsInUse(gpu) || (request.Force && gpu.InUseBy == request.ActualUser);
    }

    private bool IsInUse(LedgerGpu gpu) => gpu.InUseBy is not null && gpu.InUseSeen + ObservationLife >= Now;

    private IEnumerable<LedgerGpu> Choose(LedgerGpu[] open, ReservationRequest request)
    {
        var demand = request.Demand;
        if (demand.Ids is not null)
        {
            return open;
        }

        if (IsPart(demand))
        {
            var started = open.Where(gpu => gpu.Taken > 0)
                .OrderBy(gpu => WholeGpu - gpu.Taken - Units(demand, gpu)).ThenBy(gpu => gpu.Id).FirstOrDefault();
            if (started is not null)
            {
                return [started];
            }
        }

        if (open.Length == demand.Width)
        {
            return open;
        }

        var lastUse = LastUseOf(request.User);
        return open
            .OrderByDescending(gpu => lastUse.GetValueOrDefault(gpu.Id))
            .ThenBy(gpu => gpu.Returned)
            .ThenBy(gpu => gpu.Id)
            .Take(demand.Width);
    }

    /// <summary>What the store knows, and over it what this very step gave back.</summary>
    private Dictionary<int, long> LastUseOf(string user)
    {
        Dictionary<int, long> lastUse = new(_lastUseOf(user));
        foreach (var (_, gpu, returned) in Changes.LastUse.Where(use => use.User == user))
        {
            lastUse[gpu] = returned;
        }

        return lastUse;
    }

    private void Grant(LedgerClaim claim, IEnumerable<LedgerGpu> gpus)
    {
        claim.Held = [.. gpus.OrderBy(gpu => gpu.Id).Select(gpu => (gpu.Id, Units(claim.Request.Demand, gpu)))];
        claim.Fence = ++_counters.Fence;
        claim.Granted = Now;
        claim.Heartbeat = Now;
        claim.Expires = claim.LeaseEnd;
        _line.Remove(claim.Place);
        Take(claim, +1);
        Changes.Update(claim);
        Changes.Rung.Add(claim.Id);
    }
}

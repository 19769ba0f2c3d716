using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>
/// The pool of docs/pools.md in lists and loops, written from that page and nothing else. Slow and plain on purpose:
/// the stores are compared with it.
/// </summary>
/// <param name="clock">The clock on the wall.</param>
/// <param name="usageKept">How long finished use is kept.</param>
/// <param name="steady">The clock that nobody can set, where there is one.</param>
internal sealed partial class PoolModel(Func<DateTimeOffset> clock, TimeSpan usageKept, Func<TimeSpan?>? steady = null)
{
    private readonly List<ModelHost> _hosts = [];
    private readonly List<UsageRecord> _usage = [];
    private TimeSpan _offset;
    private DateTimeOffset _lastSeen = DateTimeOffset.MinValue;
    private TimeSpan? _lastSteady;
    private long _fencing;
    private long _places;

    /// <summary>The waiting requests that were granted or refused in the last step.</summary>
    public List<string> Rung { get; } = [];

    public ReservationDecision Request(ReservationRequest request)
    {
        var (host, now) = Begin(request.Host);
        Observe(host, request.Observation, now);
        var known = host.Find(request.Id);
        if (known is not null)
        {
            known.LastHeartbeat = now;
        }
        else if (ModelRules.Impossible(host, request.Demand) is { } impossible)
        {
            Schedule(host, now);
            return Refused(host, impossible.Reason, impossible.Gpus, request.Holder, request.Id, now);
        }
        else
        {
            host.Claims.Add(new ModelClaim(request, ++_places, now));
        }

        Schedule(host, now);
        Rung.Remove(request.Id);
        var claim = host.Find(request.Id);
        if (known is null && claim is { Grant: null } && !request.Wait)
        {
            host.Claims.Remove(claim);
            return Refused(host, RefusalReason.Busy, [], request.Holder, request.Id, now);
        }

        return Answer(host, request.Id, request.Holder, now);
    }

    public ReservationDecision Check(string hostName, string id, GpuObservation? observation)
    {
        var (host, now) = Begin(hostName);
        Observe(host, observation, now);
        var claim = host.Find(id);
        if (claim is { Grant: null })
            claim.LastHeartbeat = now;
        Schedule(host, now);
        return Answer(host, id, claim?.Request.Holder, now);
    }

    public ReservationDecision Decline(GpuReservation reservation, GpuObservation observation)
    {
        var (host, now) = Begin(reservation.ComputerName);
        Observe(host, observation, now);
        var claim = host.Find(reservation.Id);
        if (claim?.Grant is { } grant && grant.Fencing == reservation.FencingNumber)
        {
            claim.Grant = null;
            claim.End = null;
            claim.LastHeartbeat = now;
        }

        Schedule(host, now);
        return claim is not null && host.Find(claim.Id) is null
            && ModelRules.Impossible(host, claim.Request.Demand) is { } impossible
                ? Refused(host, impossible.Reason, impossible.Gpus, claim.Request.Holder, claim.Id, now)
                : Answer(host, reservation.Id, claim?.Request.Holder, now);
    }

    public bool Release(string hostName, string id)
    {
        var (host, now) = Begin(hostName);
        var claim = host.Find(id);
        if (claim is not null)
            End(host, claim, now);
        Schedule(host, now);
        return claim is not null;
    }

    public HeartbeatResult Beat(IReadOnlyList<(string Host, string Id)> claims)
    {
        var lost = new List<string>();
        foreach (var group in claims.GroupBy(claim => claim.Host))
        {
            var (host, now) = Begin(group.Key);
            foreach (var (_, id) in group)
            {
                if (host.Find(id) is { } claim)
                    claim.LastHeartbeat = now;
                else
                    lost.Add(id);
            }

            Schedule(host, now);
        }

        return new HeartbeatResult(lost);
    }

    public int Reclaim(IReadOnlyList<Claim> dead)
    {
        var ended = 0;
        foreach (var group in dead.GroupBy(claim => claim.Host))
        {
            var (host, now) = Begin(group.Key);
            foreach (var gone in group)
            {
                if (host.Find(gone.Id) is not { } claim || claim.Request.Holder != gone.Holder)
                    continue;
                if (claim.End is not null)
                    continue;
                End(host, claim, now);
                ended++;
            }

            Schedule(host, now);
        }

        return ended;
    }

    public IReadOnlyList<int> SetService(string hostName, IReadOnlyList<int> ids, string? reason, string by)
    {
        var (host, now) = Begin(hostName);
        var unknown = ids.Where(id => !host.Gpus.Exists(gpu => gpu.Id == id)).ToList();
        foreach (var gpu in host.Gpus.Where(gpu => unknown.Count == 0 && ids.Contains(gpu.Id)))
            gpu.OutOfService = reason is null ? null : (reason, by, gpu.OutOfService?.Since ?? now);
        Schedule(host, now);
        return unknown;
    }

    public PoolInitialization Initialize(PoolLayout layout, bool force, bool dryRun)
    {
        if (dryRun)
            return Peek(now => Plan(_hosts.Find(host => host.Name == layout.Host) ?? new ModelHost(layout.Host), layout, now));
        var (host, now) = Begin(layout.Host);
        var plan = Plan(host, layout, now);
        if (plan.Held.Count == 0 || force)
        {
            foreach (var held in plan.Held)
                End(host, host.Find(held.Id)!, now);
            host.Gpus.RemoveAll(gpu => plan.Removed.Contains(gpu.Id));
            foreach (var use in host.LastUse.Keys.Where(use => plan.Removed.Contains(use.Gpu)).ToList())
                host.LastUse.Remove(use);
            foreach (var gpu in host.Gpus)
                gpu.What = layout.Gpus.Single(wanted => wanted.Id == gpu.Id);
            host.Gpus.AddRange(layout.Gpus.Where(gpu => plan.Added.Contains(gpu.Id)).Select(gpu => new ModelGpu(gpu)));
        }

        Schedule(host, now);
        return plan;
    }

    private PoolInitialization Plan(ModelHost host, PoolLayout layout, DateTimeOffset now)
    {
        var wanted = layout.Gpus.ToDictionary(gpu => gpu.Id);
        var removed = host.Gpus.Where(gpu => !wanted.ContainsKey(gpu.Id)).ToList();
        var held = host.Granted.Where(claim => claim.Expires > now && removed.Exists(gpu => claim.Grant!.Units.ContainsKey(gpu.Id)));
        return new PoolInitialization(
            [.. wanted.Keys.Where(id => !host.Gpus.Exists(old => old.Id == id))],
            [.. removed.Select(gpu => gpu.Id)],
            [.. host.Gpus.Where(gpu => wanted.TryGetValue(gpu.Id, out var to) && Differs(gpu.What, to)).Select(gpu => gpu.Id)],
            [.. held.Select(claim => Show(host, claim))]);
    }

    private static bool Differs(PoolGpu a, PoolGpu b) =>
        (a.Device, a.Uuid, a.Model, a.MemoryTotal, a.Provider) != (b.Device, b.Uuid, b.Model, b.MemoryTotal, b.Provider);
}

using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>The parts every step has: clock, sweep, schedule, tell.</summary>
internal sealed partial class PoolModel
{
    private (ModelHost Host, DateTimeOffset Now) Begin(string hostName)
    {
        var now = ReadClock();
        Rung.Clear();
        var host = _hosts.Find(known => known.Name == hostName);
        if (host is null)
            _hosts.Add(host = new ModelHost(hostName));
        Sweep(host, now);
        return (host, now);
    }

    private DateTimeOffset ReadClock()
    {
        var wall = clock();
        var now = wall + _offset < _lastSeen ? _lastSeen : wall + _offset;
        if (steady?.Invoke() is { } ticks)
        {
            now = _lastSteady is { } last ? _lastSeen + (ticks - last) : now;
            _lastSteady = ticks;
        }

        _offset = now - wall;
        return _lastSeen = now;
    }

    private void Sweep(ModelHost host, DateTimeOffset now)
    {
        foreach (var claim in host.Claims.Where(claim => claim.Expires <= now).ToList())
            End(host, claim, EndOf(claim));
    }

    private static DateTimeOffset EndOf(ModelClaim expired) => expired.End ?? expired.LastHeartbeat;

    private void End(ModelHost host, ModelClaim claim, DateTimeOffset endedAt)
    {
        host.Claims.Remove(claim);
        if (claim.Grant is null)
            return;
        foreach (var (id, units) in claim.Grant.Units)
        {
            var gpu = host.Gpus.Find(gpu => gpu.Id == id)!;
            gpu.GivenBack = _lastSeen;
            gpu.InUse = null;
            host.LastUse[(claim.Request.User, id)] = _lastSeen;
            _usage.Add(Used(host, claim, id, units) with { End = endedAt });
        }

        _usage.RemoveAll(used => used.End < _lastSeen - usageKept);
    }

    private static void Observe(ModelHost host, GpuObservation? observation, DateTimeOffset now)
    {
        if (observation is null)
            return;
        foreach (var gpu in host.Gpus)
            gpu.InUse = observation.InUse.TryGetValue(gpu.Id, out var user) ? (user, now) : null;
    }

    private void Schedule(ModelHost host, DateTimeOffset now)
    {
        var spokenFor = new HashSet<int>();
        foreach (var claim in host.Line.ToList())
        {
            var demand = claim.Request.Demand;
            if (ModelRules.Impossible(host, demand) is not null)
            {
                host.Claims.Remove(claim);
                Rung.Add(claim.Id);
                continue;
            }

            var candidates = ModelRules.Candidates(host, demand);
            var open = candidates
                .Where(gpu => !spokenFor.Contains(gpu.Id) && ModelRules.IsOpen(host, gpu, claim.Request, now)).ToList();
            if (open.Count < demand.Width)
            {
                spokenFor.UnionWith(candidates.Select(gpu => gpu.Id));
                continue;
            }

            var chosen = ModelRules.Choose(host, open, claim.Request);
            claim.Grant = new ModelGrant(
                ++_fencing, now, chosen.ToDictionary(gpu => gpu.Id, gpu => ModelRules.Units(gpu, demand)));
            claim.LastHeartbeat = now;
            Rung.Add(claim.Id);
        }
    }
}

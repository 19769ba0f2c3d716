using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>What the model shows of itself.</summary>
internal sealed partial class PoolModel
{
    public PoolSnapshot Read(string? hostName) => Peek(now =>
    {
        var hosts = _hosts.Where(host => hostName is null || host.Name == hostName)
            .OrderBy(host => host.Name, StringComparer.Ordinal).ToList();
        return new PoolSnapshot(
            [.. hosts.SelectMany(host => host.Gpus.OrderBy(gpu => gpu.Id).Select(gpu => Show(host, gpu, now)))],
            [.. hosts.SelectMany(host => host.Granted.Where(claim => claim.Expires > now).Select(claim => Show(host, claim)))],
            [.. hosts.SelectMany(host => host.Line.Where(claim => claim.Expires > now)
                .Select((claim, index) => Show(host, claim, index + 1)))]);
    });

    public IReadOnlyList<UsageRecord> ReadUsage(DateTimeOffset since) => Peek(now =>
    {
        var live = from host in _hosts
                   from claim in host.Granted
                   from held in claim.Grant!.Units
                   select Used(host, claim, held.Key, held.Value) with { End = claim.Expires <= now ? EndOf(claim) : null };
        return (IReadOnlyList<UsageRecord>)[.. _usage.Concat(live).Where(used => used.End is null || used.End - _offset >= since)
            .Select(used => used with { Start = used.Start - _offset, End = used.End - _offset })];
    });

    /// <summary>Looks by the pool's clock without leaving a trace on it: to read is no step.</summary>
    private T Peek<T>(Func<DateTimeOffset, T> look)
    {
        var (offset, lastSeen, lastSteady) = (_offset, _lastSeen, _lastSteady);
        var seen = look(ReadClock());
        (_offset, _lastSeen, _lastSteady) = (offset, lastSeen, lastSteady);
        return seen;
    }

    private static UsageRecord Used(ModelHost host, ModelClaim claim, int gpu, int units) => new()
    {
        ReservationId = claim.Id,
        Host = host.Name,
        GpuId = gpu,
        User = claim.Request.User,
        Kind = claim.Request.Kind,
        Share = (decimal)units / ModelRules.Whole,
        Start = claim.Grant!.Since,
    };

    private ReservationDecision Answer(ModelHost host, string id, ProcessIdentity? asker, DateTimeOffset now)
    {
        var claim = host.Find(id);
        if (claim is { Grant: not null, IsTimed: true })
            claim.End ??= now + claim.Request.Duration!.Value;
        if (claim?.Grant is not null)
            return Decide(host, ReservationOutcome.Granted, now) with { Reservation = Show(host, claim) };
        if (claim is null)
            return Decide(host, ReservationOutcome.Unknown, now);
        return Decide(host, ReservationOutcome.Waiting, now) with
        {
            Position = host.Line.ToList().IndexOf(claim) + 1,
            Neighbours = Neighbours(host, asker, id),
        };
    }

    private static ReservationDecision Refused(
        ModelHost host, RefusalReason reason, IReadOnlyList<int> gpus, ProcessIdentity? asker, string id, DateTimeOffset now) =>
        Decide(host, ReservationOutcome.Refused, now) with
        {
            Reason = reason,
            Gpus = gpus,
            Neighbours = Neighbours(host, asker, id),
        };

    private static ReservationDecision Decide(ModelHost host, ReservationOutcome outcome, DateTimeOffset now) => new()
    {
        Outcome = outcome,
        Free = host.InService.Count(gpu => host.IsFree(gpu, now)),
        InService = host.InService.Count(),
        Waiting = host.Line.Count(),
    };

    private static List<Claim> Neighbours(ModelHost host, ProcessIdentity? asker, string id) =>
        asker is not { Machine.Length: > 0 } ? []
        : [.. host.Claims.Where(claim => claim.Id != id && claim.End is null && claim.Request.Holder?.Machine == asker.Machine)
            .Select(claim => new Claim(claim.Id, host.Name, claim.Request.Holder!))];

    private DateTime Local(DateTimeOffset stored) => (stored - _offset).LocalDateTime;

    private PoolGpu Show(ModelHost host, ModelGpu gpu, DateTimeOffset now) => gpu.What with
    {
        DisabledReason = gpu.OutOfService?.Reason,
        DisabledBy = gpu.OutOfService?.By,
        DisabledSince = gpu.OutOfService is { } service ? Local(service.Since) : null,
        InUseBy = host.Granted.Any(claim => claim.Grant!.Units.ContainsKey(gpu.Id)) ? null : gpu.UserAt(now),
    };

    private GpuReservation Show(ModelHost host, ModelClaim claim)
    {
        var held = host.Gpus.Where(gpu => claim.Grant!.Units.ContainsKey(gpu.Id)).OrderBy(gpu => gpu.Id).ToList();
        return new GpuReservation
        {
            Id = claim.Id,
            FencingNumber = claim.Grant!.Fencing,
            ComputerName = host.Name,
            GpuId = [.. held.Select(gpu => gpu.Id)],
            Device = [.. held.Select(gpu => gpu.What.Device)],
            Provider = held[0].What.Provider,
            Share = (decimal)claim.Grant.Units.Values.First() / ModelRules.Whole,
            Memory = claim.Request.Demand.Memory,
            User = claim.Request.User,
            ActualUser = claim.Request.ActualUser,
            Kind = claim.Request.Kind,
            Note = claim.Request.Note,
            Since = Local(claim.Grant.Since),
            LastHeartbeat = Local(claim.LastHeartbeat),
            Expires = Local(claim.Expires),
            Lease = claim.Request.Lease,
            Holder = claim.Request.Holder,
        };
    }

    private GpuQueueEntry Show(ModelHost host, ModelClaim claim, int position) => new()
    {
        Id = claim.Id,
        Position = position,
        ComputerName = host.Name,
        User = claim.Request.User,
        ActualUser = claim.Request.ActualUser,
        Demand = claim.Request.Demand,
        Kind = claim.Request.Kind,
        Note = claim.Request.Note,
        Since = Local(claim.Since),
        LastHeartbeat = Local(claim.LastHeartbeat),
        Holder = claim.Request.Holder,
    };
}

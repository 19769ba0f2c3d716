using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>The sections "Schedule" and "Impossible requests" of docs/pools.md, word by word.</summary>
internal static class ModelRules
{
    public const int Whole = 10_000;

    public static (RefusalReason Reason, IReadOnlyList<int> Gpus)? Impossible(ModelHost host, GpuDemand demand)
    {
        if (host.Gpus.Count == 0)
            return (RefusalReason.NotInitialized, []);
        var named = demand.Ids ?? [];
        var unknown = named.Where(id => !host.Gpus.Exists(gpu => gpu.Id == id)).ToList();
        if (unknown.Count > 0)
            return (RefusalReason.UnknownGpu, unknown);
        var disabled = named.Where(id => !host.InService.Any(gpu => gpu.Id == id)).ToList();
        if (disabled.Count > 0)
            return (RefusalReason.DisabledGpu, disabled);
        if (demand.Width > host.InService.Count())
            return (RefusalReason.TooMany, []);
        if (demand.Memory is { } memory && host.InService.All(gpu => gpu.What.MemoryTotal < memory))
            return (RefusalReason.TooMuchMemory, []);
        return null;
    }

    public static List<ModelGpu> Candidates(ModelHost host, GpuDemand demand) =>
        demand.Ids is { } ids ? [.. host.InService.Where(gpu => ids.Contains(gpu.Id))]
        : demand.Memory is { } memory ? [.. host.InService.Where(gpu => gpu.What.MemoryTotal >= memory)]
        : [.. host.InService];

    public static int Units(ModelGpu gpu, GpuDemand demand) =>
        demand.Share is { } share ? Math.Max(1, (int)Math.Floor(Whole * share))
        : demand.Memory is { } memory ? (int)Math.Ceiling((decimal)Whole * memory / gpu.What.MemoryTotal)
        : Whole;

    public static bool IsPart(GpuDemand demand) => demand.Share is not null || demand.Memory is not null;

    public static bool IsOpen(ModelHost host, ModelGpu gpu, ReservationRequest request, DateTimeOffset now)
    {
        var taken = host.Taken(gpu.Id);
        if (taken > 0)
            return IsPart(request.Demand) && taken + Units(gpu, request.Demand) <= Whole;
        return gpu.UserAt(now) is not { } user || (request.Force && user == request.ActualUser);
    }

    public static List<ModelGpu> Choose(ModelHost host, List<ModelGpu> open, ReservationRequest request)
    {
        if (IsPart(request.Demand))
        {
            var opened = open.Where(gpu => host.Taken(gpu.Id) > 0)
                .OrderBy(gpu => Whole - host.Taken(gpu.Id) - Units(gpu, request.Demand)).ThenBy(gpu => gpu.Id).ToList();
            if (opened.Count > 0)
                return [opened[0]];
        }

        return [.. open
            .OrderByDescending(gpu => host.LastUse.GetValueOrDefault((request.User, gpu.Id), DateTimeOffset.MinValue))
            .ThenBy(gpu => gpu.GivenBack ?? DateTimeOffset.MinValue)
            .ThenBy(gpu => gpu.Id)
            .Take(request.Demand.Width)];
    }
}

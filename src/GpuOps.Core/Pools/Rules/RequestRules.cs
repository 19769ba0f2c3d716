using GpuOps.Errors;

namespace GpuOps.Pools.Rules;

/// <summary>Refuses what no pool could understand, before it reaches a store.</summary>
public static class RequestRules
{
    /// <summary>Longer, and the moment of the end could not be written as a date.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Checks what is asked for.</summary>
    /// <param name="demand">The demand.</param>
    /// <exception cref="GpuOpsException"><c>InvalidDemand</c>, <c>InvalidShare</c> or <c>DuplicateGpu</c>.</exception>
    public static void Check(GpuDemand demand)
    {
        var given = new[] { demand.Count is not null, demand.Ids is not null, demand.Share is not null, demand.Memory is not null };
        if (given.Count(it => it) != 1)
            throw Wrong("InvalidDemand", "Ask for exactly one of a count, ids, a share or memory.", demand);
        if (demand.Count < 1)
            throw Wrong("InvalidDemand", $"{demand.Count} is not a number of GPUs: ask for at least 1.", demand.Count);
        if (demand.Ids is { Count: 0 })
            throw Wrong("InvalidDemand", "Name at least one GPU.", demand);
        if (demand.Share is <= 0 or > 1)
            throw Wrong("InvalidShare", $"A share is a part of one GPU, above 0 and at most 1, such as 0.5; not {demand.Share}.", demand.Share);
        if (demand.Memory < 1)
            throw Wrong("InvalidDemand", $"{demand.Memory} bytes is not an amount of memory.", demand.Memory);
        if (demand.Ids?.GroupBy(id => id).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
            throw Wrong("DuplicateGpu", $"GPU {twice.Key} is named twice.", twice.Key);
    }

    /// <summary>Checks a whole request.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="GpuOpsException">As for a demand; <c>InvalidDuration</c> or <c>InvalidRequest</c>.</exception>
    public static void Check(ReservationRequest request)
    {
        Check(request.Demand);
        if (request.Id.Length == 0)
            throw Wrong("InvalidRequest", "A request needs an id.", request);
        if (request.Lease < Shortest || request.Lease > Longest)
            throw Wrong("InvalidDuration", $"A lease of {request.Lease} cannot be kept: a millisecond is the least, ten years are the most.", request.Lease);
        if (request.Kind == ReservationKind.Timed != request.Duration is not null)
            throw Wrong("InvalidRequest", "A timed reservation has a duration, and no other.", request);
        if (request.Duration < Shortest || request.Duration > Longest)
            throw Wrong("InvalidDuration", $"A reservation cannot last {request.Duration}: a millisecond is the least, ten years are the most.", request.Duration);
    }

    private static GpuOpsException Wrong(string id, string message, object? target) => new(id, GpuOpsErrorKind.InvalidArgument, message, target);
}

namespace GpuOps.Unit.Pools.Model;

/// <summary>What a granted request holds.</summary>
internal sealed record ModelGrant(long Fencing, DateTimeOffset Since, IReadOnlyDictionary<int, int> Units);

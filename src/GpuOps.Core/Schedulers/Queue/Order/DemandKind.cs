using System.Globalization;
using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Order;

/// <summary>What jobs of one kind ask the pool for; of those, only the first can be next.</summary>
internal sealed record DemandKind
{
    private DemandKind(string key, GpuDemand demand) => (Key, Demand) = (key, demand);

    /// <summary>The same for demands that mean the same.</summary>
    public string Key { get; }

    /// <summary>What is asked for.</summary>
    public GpuDemand Demand { get; }

    /// <summary>
    /// Whether any GPU may serve it, so that nothing behind it may be granted one while it waits. Which GPUs have enough
    /// memory only the pool knows, and so it counts among these.
    /// </summary>
    public bool TakesAny => Demand.Ids is null;

    /// <summary>The kind of a demand.</summary>
    public static DemandKind Of(GpuDemand demand) => new(
        demand switch
        {
            { Ids: { } ids } => $"ids {string.Join(',', ids.Order())}",
            { Share: { } share } => $"share {share.ToString("G29", CultureInfo.InvariantCulture)}",
            { Memory: { } memory } => $"memory {memory}",
            _ => $"count {demand.Count}",
        },
        demand);

    /// <summary>Whether two demands may want the same GPU, so that it matters which of them stands first.</summary>
    public bool Meets(DemandKind other) => Demand.Ids is not { } ids || other.Demand.Ids is not { } others || ids.Intersect(others).Any();

    /// <inheritdoc/>
    public bool Equals(DemandKind? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}

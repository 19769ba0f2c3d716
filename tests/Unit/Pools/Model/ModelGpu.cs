using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>A GPU of the model.</summary>
internal sealed class ModelGpu(PoolGpu what)
{
    public PoolGpu What { get; set; } = what;

    public int Id => What.Id;

    public (string Reason, string By, DateTimeOffset Since)? OutOfService { get; set; }

    public (string User, DateTimeOffset Seen)? InUse { get; set; }

    public DateTimeOffset? GivenBack { get; set; }

    public bool InService => OutOfService is null;

    /// <summary>Who uses it, as far as the last look at it still counts.</summary>
    public string? UserAt(DateTimeOffset now) =>
        InUse is { } use && now - use.Seen <= TimeSpan.FromSeconds(60) ? use.User : null;
}

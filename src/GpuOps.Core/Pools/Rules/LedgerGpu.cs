namespace GpuOps.Pools.Rules;

/// <summary>A GPU inside one decision.</summary>
internal sealed class LedgerGpu
{
    public required PoolGpu Description { get; set; }

    public int Id => Description.Id;

    /// <summary>Units taken by the live claims, 0 to <see cref="HostLedger.WholeGpu"/>.</summary>
    public int Taken { get; set; }

    /// <summary>When it was last given back, in pool milliseconds; 0 for never.</summary>
    public long Returned { get; set; }

    public string? DisabledReason { get; set; }

    public string? DisabledBy { get; set; }

    public long DisabledSince { get; set; }

    /// <summary>Who was seen to use it; null when nobody was.</summary>
    public string? InUseBy { get; set; }

    /// <summary>When the observation was made, in pool milliseconds.</summary>
    public long InUseSeen { get; set; }

    public bool InService => DisabledReason is null;
}

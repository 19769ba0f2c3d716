namespace GpuOps.Pools.Rules;

/// <summary>A request in line, or the grant it became; a grant that is declined is a request again.</summary>
internal sealed class LedgerClaim
{
    public required ReservationRequest Request { get; init; }

    public string Id => Request.Id;

    /// <summary>The place in line; keeps its value when the claim is granted, so that it can be declined.</summary>
    public required long Place { get; init; }

    /// <summary>When the request was made, in pool milliseconds.</summary>
    public required long Since { get; init; }

    public required long Heartbeat { get; set; }

    /// <summary>The fencing number; 0 while the claim waits.</summary>
    public long Fence { get; set; }

    public long Granted { get; set; }

    public long Expires { get; set; }

    /// <summary>The GPUs held and the units taken on each; empty while the claim waits.</summary>
    public IReadOnlyList<(int Gpu, int Units)> Held { get; set; } = [];

    /// <summary>True for a timed grant that its client knows of: no heartbeat moves its end, and no death of its process.</summary>
    public bool IsFixed { get; set; }

    public bool IsGranted => Fence != 0;

    public long LeaseEnd => Heartbeat + (long)Request.Lease.TotalMilliseconds;
}

namespace GpuOps.Pools;

/// <summary>One reservation's use of one GPU.</summary>
public sealed record UsageRecord
{
    /// <summary>The reservation.</summary>
    public required string ReservationId { get; init; }

    /// <summary>The host the GPU is in.</summary>
    public required string Host { get; init; }

    /// <summary>The GPU.</summary>
    public required int GpuId { get; init; }

    /// <summary>Whom the reservation was for.</summary>
    public required string User { get; init; }

    /// <summary>What kept the reservation alive.</summary>
    public ReservationKind Kind { get; init; }

    /// <summary>The part of the GPU, above 0 and at most 1.</summary>
    public decimal Share { get; init; } = 1;

    /// <summary>When it was granted (UTC).</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>When it ended (UTC); null while it runs.</summary>
    public DateTimeOffset? End { get; init; }
}

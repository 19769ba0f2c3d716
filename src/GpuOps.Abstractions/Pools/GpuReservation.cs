namespace GpuOps.Pools;

/// <summary>A grant: GPUs of one host that nobody else gets until it ends.</summary>
public sealed record GpuReservation
{
    /// <summary>Unique for all time.</summary>
    public required string Id { get; init; }

    /// <summary>Rises with every grant of the pool; a later grant always has a higher one.</summary>
    public required long FencingNumber { get; init; }

    /// <summary>The host the GPUs are in.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The GPUs, ascending.</summary>
    public required IReadOnlyList<int> GpuId { get; init; }

    /// <summary>What the driver calls those GPUs in a visible-devices variable: an index, or a MIG instance's uuid.</summary>
    public IReadOnlyList<string> Device { get; init; } = [];

    /// <summary>Who makes the GPUs.</summary>
    public GpuProvider Provider { get; init; }

    /// <summary>The held part of the GPU, above 0 and at most 1; 1 for whole GPUs.</summary>
    public decimal Share { get; init; } = 1;

    /// <summary>The memory asked for in bytes, when the part was asked for as memory.</summary>
    public long? Memory { get; init; }

    /// <summary>Whom it is for.</summary>
    public required string User { get; init; }

    /// <summary>The operating system's user who asked.</summary>
    public required string ActualUser { get; init; }

    /// <summary>What keeps it alive.</summary>
    public ReservationKind Kind { get; init; }

    /// <summary>Free text.</summary>
    public string Note { get; init; } = "";

    /// <summary>When it was granted (local time).</summary>
    public DateTime Since { get; init; }

    /// <summary>The last heartbeat (local time); the grant itself counts as the first.</summary>
    public DateTime LastHeartbeat { get; init; }

    /// <summary>When it ends unless a heartbeat comes before (local time); for a timed one, when it ends.</summary>
    public DateTime Expires { get; init; }

    /// <summary>How long it outlives its last heartbeat.</summary>
    public TimeSpan Lease { get; init; }

    /// <summary>The process that holds it.</summary>
    public ProcessIdentity? Holder { get; init; }

    /// <summary>The backend it was made on, so that it can be released from the pipeline without naming it again.</summary>
    public string Backend { get; init; } = "";

    /// <summary>The reservation's id and GPUs in words.</summary>
    public override string ToString() => $"{Id} ({ComputerName}: {string.Join(",", GpuId)})";
}

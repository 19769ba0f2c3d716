namespace GpuOps.Pools;

/// <summary>A request that stands in line.</summary>
public sealed record GpuQueueEntry
{
    /// <summary>The request's id, and the reservation's when it is granted.</summary>
    public required string Id { get; init; }

    /// <summary>The place in line on its host, counted from 1.</summary>
    public required int Position { get; init; }

    /// <summary>The host whose GPUs are wanted.</summary>
    public required string ComputerName { get; init; }

    /// <summary>Whom it is for.</summary>
    public required string User { get; init; }

    /// <summary>The operating system's user who asked.</summary>
    public required string ActualUser { get; init; }

    /// <summary>What is wanted.</summary>
    public required GpuDemand Demand { get; init; }

    /// <summary>What will keep the reservation alive.</summary>
    public ReservationKind Kind { get; init; }

    /// <summary>Free text.</summary>
    public string Note { get; init; } = "";

    /// <summary>Since when it waits (local time).</summary>
    public DateTime Since { get; init; }

    /// <summary>When its client was last heard of (local time).</summary>
    public DateTime LastHeartbeat { get; init; }

    /// <summary>The process that waits.</summary>
    public ProcessIdentity? Holder { get; init; }

    /// <summary>The backend it waits on.</summary>
    public string Backend { get; init; } = "";
}

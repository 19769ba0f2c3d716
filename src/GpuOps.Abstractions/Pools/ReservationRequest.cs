namespace GpuOps.Pools;

/// <summary>A request to a pool. Sending the same request twice has the effect of sending it once: the id decides.</summary>
public sealed record ReservationRequest
{
    /// <summary>Chosen by the client, unique for all time; becomes the id of the reservation.</summary>
    public required string Id { get; init; }

    /// <summary>The host whose GPUs are wanted.</summary>
    public required string Host { get; init; }

    /// <summary>How much is wanted.</summary>
    public required GpuDemand Demand { get; init; }

    /// <summary>Whom the reservation is for.</summary>
    public required string User { get; init; }

    /// <summary>The operating system's user who asks; may release it too.</summary>
    public required string ActualUser { get; init; }

    /// <summary>What keeps the reservation alive.</summary>
    public ReservationKind Kind { get; init; } = ReservationKind.Session;

    /// <summary>The length of a timed reservation; null for the other kinds.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How long the reservation, and the place in the queue, outlive the last heartbeat.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Free text, shown to everybody.</summary>
    public string Note { get; init; } = "";

    /// <summary>Takes GPUs that are in use without a reservation, where every process there belongs to <see cref="ActualUser"/>.</summary>
    public bool Force { get; init; }

    /// <summary>Joins the queue when the demand cannot be met at once; otherwise such a request is refused.</summary>
    public bool Wait { get; init; } = true;

    /// <summary>The process that will hold the reservation.</summary>
    public ProcessIdentity? Holder { get; init; }

    /// <summary>What the requester's probe saw just now on <see cref="Host"/>; null when it cannot see that host.</summary>
    public GpuObservation? Observation { get; init; }
}

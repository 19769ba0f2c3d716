namespace GpuOps.Pools;

/// <summary>A pool's answer to a request, with what a client needs to explain it.</summary>
public sealed record ReservationDecision
{
    /// <summary>The answer.</summary>
    public required ReservationOutcome Outcome { get; init; }

    /// <summary>The grant, when there is one.</summary>
    public GpuReservation? Reservation { get; init; }

    /// <summary>The place in line, counted from 1; 0 when not waiting.</summary>
    public int Position { get; init; }

    /// <summary>Why a refused request was refused.</summary>
    public RefusalReason? Reason { get; init; }

    /// <summary>The GPUs a refusal speaks of: the unknown or the disabled ones.</summary>
    public IReadOnlyList<int> Gpus { get; init; } = [];

    /// <summary>How many GPUs of the host were wholly free to grant when a request was refused.</summary>
    public int Free { get; init; }

    /// <summary>How many GPUs of the host are in service.</summary>
    public int InService { get; init; }

    /// <summary>How many requests wait on the host, this one included.</summary>
    public int Waiting { get; init; }

    /// <summary>
    /// Who holds or waits on the host from the requester's own machine, so that the dead among them can be
    /// reported; filled when the request was not granted.
    /// </summary>
    public IReadOnlyList<Claim> Neighbours { get; init; } = [];
}

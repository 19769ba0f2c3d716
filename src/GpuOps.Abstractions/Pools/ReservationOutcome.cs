namespace GpuOps.Pools;

/// <summary>What a pool answered to a request.</summary>
public enum ReservationOutcome
{
    /// <summary>All the GPUs asked for are held.</summary>
    Granted,

    /// <summary>The request stands in line.</summary>
    Waiting,

    /// <summary>The request cannot be met, now (without waiting) or ever; it left no trace.</summary>
    Refused,

    /// <summary>The pool does not know the request: it was cancelled, released, reclaimed, or never sent.</summary>
    Unknown,
}

namespace GpuOps.Pools;

/// <summary>What keeps a reservation alive.</summary>
public enum ReservationKind
{
    /// <summary>Lives as long as the session that made it sends heartbeats.</summary>
    Session,

    /// <summary>Lives for its duration, whatever becomes of the session that made it.</summary>
    Timed,

    /// <summary>Lives as long as the command that runs under it.</summary>
    Command,
}

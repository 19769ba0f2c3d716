namespace GpuOps.Pools.Reservations;

/// <summary>A reservation that the heartbeat loop keeps alive.</summary>
/// <param name="Owner">The session that holds it; what a session held is released together.</param>
/// <param name="Pool">The pool it is in.</param>
/// <param name="Reservation">The reservation.</param>
/// <param name="Interval">The time between two heartbeats.</param>
/// <param name="Lost">Told, once, when the pool no longer holds it.</param>
public sealed record HeldReservation(
    Guid Owner, IGpuPool Pool, GpuReservation Reservation, TimeSpan Interval, Action<GpuReservation> Lost);

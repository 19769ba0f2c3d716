using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What the next supervisor has to know of a start. No secrets.</summary>
/// <param name="Run">The start.</param>
/// <param name="Grace">How long it has to end by itself.</param>
/// <param name="Reservation">Its GPUs.</param>
internal sealed record StartRecord(SupervisedRun Run, TimeSpan Grace, GpuReservation? Reservation);

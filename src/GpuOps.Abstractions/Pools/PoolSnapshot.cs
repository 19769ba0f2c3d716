namespace GpuOps.Pools;

/// <summary>All a pool knows, read in one query.</summary>
/// <param name="Gpus">Every GPU, by host and number.</param>
/// <param name="Reservations">Every live reservation; expired ones that nobody has reclaimed yet are left out.</param>
/// <param name="Queue">Every waiting request, by host and place in line.</param>
public sealed record PoolSnapshot(
    IReadOnlyList<PoolGpu> Gpus,
    IReadOnlyList<GpuReservation> Reservations,
    IReadOnlyList<GpuQueueEntry> Queue)
{
    /// <summary>A pool nobody has initialised.</summary>
    public static PoolSnapshot Empty { get; } = new([], [], []);
}

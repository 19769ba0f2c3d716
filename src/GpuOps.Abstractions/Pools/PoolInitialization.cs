namespace GpuOps.Pools;

/// <summary>What initialising a pool did, or would do.</summary>
/// <param name="Added">GPUs that were not there before.</param>
/// <param name="Removed">GPUs that are no longer there.</param>
/// <param name="Changed">GPUs whose device, uuid, model or memory changed.</param>
/// <param name="Held">Live reservations on GPUs that go away; without force nothing was done because of them.</param>
public sealed record PoolInitialization(
    IReadOnlyList<int> Added,
    IReadOnlyList<int> Removed,
    IReadOnlyList<int> Changed,
    IReadOnlyList<GpuReservation> Held)
{
    /// <summary>True when the pool already is what was asked for.</summary>
    public bool IsUnchanged => Added.Count == 0 && Removed.Count == 0 && Changed.Count == 0;
}

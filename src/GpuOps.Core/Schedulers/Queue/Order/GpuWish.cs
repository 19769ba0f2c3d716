namespace GpuOps.Schedulers.Queue.Order;

/// <summary>A job that has to stand in the pool's line, or does.</summary>
/// <param name="Place">Its place in the queue's order.</param>
/// <param name="Kind">What it asks for.</param>
internal sealed record GpuWish(LinePlace Place, DemandKind Kind)
{
    /// <summary>The job's number.</summary>
    public long Id => Place.Id;
}

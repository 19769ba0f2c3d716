namespace GpuOps.Schedulers.Queue.Order;

/// <summary>A job's place in the order: by priority, then by arrival.</summary>
/// <param name="Priority">The higher goes first.</param>
/// <param name="Id">The job's number; the lower came first.</param>
internal readonly record struct LinePlace(int Priority, long Id) : IComparable<LinePlace>
{
    /// <inheritdoc/>
    public int CompareTo(LinePlace other) => Priority != other.Priority ? other.Priority.CompareTo(Priority) : Id.CompareTo(other.Id);
}

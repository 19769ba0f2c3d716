namespace GpuOps.Pools;

/// <summary>What a probe on a pool's host saw in use, at the moment a decision is asked for.</summary>
/// <param name="InUse">
/// The GPUs with a compute process or memory above the threshold, each with the one user all its processes belong
/// to, or <c>*</c> when they belong to several or to nobody that can be named.
/// </param>
public sealed record GpuObservation(IReadOnlyDictionary<int, string> InUse)
{
    /// <summary>The owner's name when the processes of a GPU belong to several users or cannot be attributed.</summary>
    public const string SeveralUsers = "*";

    /// <summary>Nothing is in use.</summary>
    public static GpuObservation Idle { get; } = new(new Dictionary<int, string>());
}

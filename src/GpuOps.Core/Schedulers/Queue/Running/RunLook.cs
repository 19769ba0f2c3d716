namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What was found of a start at one moment.</summary>
/// <param name="Left">Its processes.</param>
/// <param name="Groups">The process groups of these, and of those that have just ended.</param>
internal sealed record RunLook(IReadOnlyCollection<int> Left, IReadOnlyCollection<int> Groups)
{
    /// <summary>Whether a process could not be told: one in the middle of execve(2) has no environment for a moment.</summary>
    public bool IsUnclear { get; init; }

    /// <summary>Whether a child of the supervisor has just ended: it may have started another that the look had already passed.</summary>
    public bool HasDead { get; init; }
}

using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What a supervisor says, as it goes over the socket. The first on a connection answers nothing and says who speaks.</summary>
/// <param name="Number">The request's number; 0 for the first.</param>
internal sealed record SupervisorReply(long Number)
{
    /// <summary>The supervisor's process, in the first.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>The starts asked for.</summary>
    public IReadOnlyList<SupervisedRun> Runs { get; init; } = [];

    /// <summary>The error's id when the request was refused.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The error's kind.</summary>
    public GpuOpsErrorKind ErrorKind { get; init; }

    /// <summary>The error in words.</summary>
    public string? Error { get; init; }
}

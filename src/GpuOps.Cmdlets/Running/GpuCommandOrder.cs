using GpuOps.Pools;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Running;

/// <summary>All that a job needs to run a command without its cmdlet.</summary>
internal sealed record GpuCommandOrder
{
    public required PoolSession Pool { get; init; }

    public required ReservationRequest Request { get; init; }

    public required GpuCommandTarget Target { get; init; }

    /// <summary>The session that holds the reservation.</summary>
    public required Guid Owner { get; init; }

    /// <summary>The working folder.</summary>
    public required string Folder { get; init; }

    /// <summary>A script block with all that it needs, as text; null for a program.</summary>
    public string? Block { get; init; }

    /// <summary>How long to wait in line.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long the command may run.</summary>
    public TimeSpan? Duration { get; init; }

    public bool StopWhenLost { get; init; }
}

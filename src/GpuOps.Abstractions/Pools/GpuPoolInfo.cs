namespace GpuOps.Pools;

/// <summary>One host's part of a pool.</summary>
public sealed record GpuPoolInfo
{
    /// <summary>The backend that holds the pool.</summary>
    public required string Backend { get; init; }

    /// <summary>The store, without secrets.</summary>
    public required string Store { get; init; }

    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>Who makes its GPUs.</summary>
    public GpuProvider Provider { get; init; }

    /// <summary>How many GPUs it has.</summary>
    public int Count { get; init; }

    /// <summary>How many nobody holds and nobody uses.</summary>
    public int Available { get; init; }

    /// <summary>How many are held, wholly or in part.</summary>
    public int Reserved { get; init; }

    /// <summary>How many are out of service.</summary>
    public int Disabled { get; init; }

    /// <summary>How many are used without a reservation, or cannot be read: nobody gets them.</summary>
    public int InUse { get; init; }

    /// <summary>How many requests wait.</summary>
    public int Waiting { get; init; }
}

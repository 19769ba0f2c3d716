namespace GpuOps.Schedulers.Slurm;

/// <summary>What a partition, or the whole cluster, has and what can be had of it.</summary>
public sealed record SlurmResource : SlurmGpuSupply
{
    /// <summary>The partition; null for the whole cluster, in which every node counts once.</summary>
    public string? Partition { get; init; }

    /// <summary>What the partition does with jobs; null for the whole cluster. GPUs of one that is not up are not free.</summary>
    public SlurmPartitionState? State { get; init; }

    /// <summary>Whether jobs that name no partition go there.</summary>
    public bool IsDefault { get; init; }

    /// <summary>How many nodes there are.</summary>
    public int NodesTotal { get; init; }

    /// <summary>How many nodes no job has any of.</summary>
    public int NodesIdle { get; init; }

    /// <summary>How many nodes jobs have a part of.</summary>
    public int NodesMixed { get; init; }

    /// <summary>How many nodes jobs have all of.</summary>
    public int NodesAllocated { get; init; }

    /// <summary>How many nodes are down, failed or do not respond.</summary>
    public int NodesDown { get; init; }

    /// <summary>How many nodes take no new jobs, with or without jobs that still run.</summary>
    public int NodesDraining { get; init; }

    /// <summary>How many nodes are kept for a reservation or for maintenance.</summary>
    public int NodesReserved { get; init; }

    /// <summary>How many nodes are powered down or between up and down.</summary>
    public int NodesPoweredDown { get; init; }

    /// <summary>How many nodes are in a state that this version does not know.</summary>
    public int NodesOther { get; init; }

    /// <summary>The nodes counted here.</summary>
    public IReadOnlyList<SlurmNodeResource> Nodes { get; init; } = [];

    /// <summary>The partition and what is free of its GPUs.</summary>
    public override string ToString() => $"{Partition ?? "all"} {GpusFree}/{GpusTotal}";
}

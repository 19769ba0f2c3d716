namespace GpuOps.Schedulers.Slurm;

/// <summary>What a node has and what can be had of it.</summary>
public sealed record SlurmNodeResource : SlurmGpuSupply
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>The partitions it is in.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];

    /// <summary>What it is good for.</summary>
    public SlurmNodeCondition Condition { get; init; }

    /// <summary>Its state in Slurm's words: <c>MIXED+DRAIN</c>, <c>idle~</c>.</summary>
    public string StateText { get; init; } = "";

    /// <summary>Why an administrator took it out of service, in their words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How many CPUs it has.</summary>
    public int? Cpus { get; init; }

    /// <summary>How many CPUs jobs have.</summary>
    public int? CpusAllocated { get; init; }

    /// <summary>Its memory in bytes.</summary>
    public long? Memory { get; init; }

    /// <summary>The memory that jobs have, in bytes.</summary>
    public long? MemoryAllocated { get; init; }

    /// <summary>Whether a new job can get all of it: nobody has any of it, and a partition that is up has it.</summary>
    public bool IsIdle { get; init; }

    /// <summary>The name and what is free of its GPUs.</summary>
    public override string ToString() => $"{Node} {GpusFree}/{GpusTotal}";
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>A node of a cluster.</summary>
public sealed record SlurmNode
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its base state and flags in Slurm's words: <c>MIXED</c>, <c>DRAIN</c>, <c>POWERED_DOWN</c>.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>The state as Slurm printed it: <c>MIXED+DRAIN</c>, <c>idle~</c>.</summary>
    public string StateText { get; init; } = "";

    /// <summary>What it is good for.</summary>
    public SlurmNodeCondition Condition => SlurmNodeConditions.Of(States);

    /// <summary>Whether new jobs get it, as far as its state tells.</summary>
    public bool TakesJobs => Condition is SlurmNodeCondition.Idle or SlurmNodeCondition.Mixed or SlurmNodeCondition.Allocated;

    /// <summary>Whether a new job finds room: it takes jobs, and some CPU and some memory is left, without which no GPU can be had.</summary>
    public bool HasRoom => TakesJobs && Condition != SlurmNodeCondition.Allocated
        && !(Cpus > 0 && CpusAllocated >= Cpus) && !(Memory > 0 && MemoryAllocated >= Memory);

    /// <summary>The partitions it is in.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];

    /// <summary>How many CPUs it has.</summary>
    public int? Cpus { get; init; }

    /// <summary>How many CPUs jobs have.</summary>
    public int? CpusAllocated { get; init; }

    /// <summary>Its memory in bytes.</summary>
    public long? Memory { get; init; }

    /// <summary>The memory that jobs have, in bytes.</summary>
    public long? MemoryAllocated { get; init; }

    /// <summary>The generic resources it has: GPUs, shards.</summary>
    public IReadOnlyList<SlurmTres> Gres { get; init; } = [];

    /// <summary>The generic resources that jobs have.</summary>
    public IReadOnlyList<SlurmTres> GresUsed { get; init; } = [];

    /// <summary>The GPUs it has.</summary>
    public SlurmGpus Gpus { get; init; } = SlurmGpus.None;

    /// <summary>The GPUs that jobs have.</summary>
    public SlurmGpus GpusInUse { get; init; } = SlurmGpus.None;

    /// <summary>What a job can ask for with <c>--constraint</c>.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Why an administrator took it out of service, in their words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who gave the reason.</summary>
    public string ReasonUser { get; init; } = "";

    /// <summary>When the reason was given (local time).</summary>
    public DateTime? ReasonTime { get; init; }

    /// <summary>When it last booted (local time).</summary>
    public DateTime? BootTime { get; init; }

    /// <summary>The Slurm version it runs.</summary>
    public string Version { get; init; } = "";

    /// <summary>The backend it was found on.</summary>
    public string Backend { get; init; } = "";

    /// <summary>Whether it has a state or flag, in Slurm's words.</summary>
    /// <param name="state">The word: <c>DRAIN</c>.</param>
    public bool Is(string state) => States.Contains(state, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

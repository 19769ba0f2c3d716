namespace GpuOps.Schedulers.Slurm;

/// <summary>What a job needs and where it may run, each as the option of sbatch of that name means it. Memory is in bytes.</summary>
public sealed record SlurmResourceRequest
{
    /// <summary>How many nodes: <c>2</c>, <c>2-4</c>.</summary>
    public string? Nodes { get; init; }

    /// <summary>How many tasks in all.</summary>
    public int? Tasks { get; init; }

    /// <summary>How many tasks on each node.</summary>
    public int? TasksPerNode { get; init; }

    /// <summary>How many GPUs in all, with a type or without: <c>4</c>, <c>a100:4</c>.</summary>
    public string? Gpus { get; init; }

    /// <summary>How many GPUs on each node, with a type or without.</summary>
    public string? GpusPerNode { get; init; }

    /// <summary>How many GPUs for each task, with a type or without.</summary>
    public string? GpusPerTask { get; init; }

    /// <summary>Other generic resources on each node: <c>gpu:a100:2,shard:4</c>.</summary>
    public string? Gres { get; init; }

    /// <summary>How many CPUs for each task.</summary>
    public int? CpusPerTask { get; init; }

    /// <summary>How many CPUs for each GPU.</summary>
    public int? CpusPerGpu { get; init; }

    /// <summary>Memory on each node, in bytes; 0 is all that the node has. At most one of the three may be given.</summary>
    public long? MemoryPerNode { get; init; }

    /// <summary>Memory for each CPU, in bytes.</summary>
    public long? MemoryPerCpu { get; init; }

    /// <summary>Memory for each GPU, in bytes.</summary>
    public long? MemoryPerGpu { get; init; }

    /// <summary>How long the job may run; <see cref="Timeout.InfiniteTimeSpan"/> asks for no limit. Slurm counts minutes.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The partition, or several with commas between.</summary>
    public string? Partition { get; init; }

    /// <summary>The account that is charged.</summary>
    public string? Account { get; init; }

    /// <summary>The quality of service.</summary>
    public string? Qos { get; init; }

    /// <summary>The features that nodes must have: <c>a100&amp;nvlink</c>.</summary>
    public string? Constraint { get; init; }

    /// <summary>Nodes that must be among the job's: <c>gpu[01-04]</c>.</summary>
    public string? NodeList { get; init; }

    /// <summary>Nodes that must not.</summary>
    public string? Exclude { get; init; }

    /// <summary>With whom it does not share its nodes.</summary>
    public SlurmExclusive? Exclusive { get; init; }

    /// <summary>The reservation to run in.</summary>
    public string? Reservation { get; init; }

    /// <summary>The licenses: <c>matlab:2,ansys</c>.</summary>
    public string? Licenses { get; init; }
}

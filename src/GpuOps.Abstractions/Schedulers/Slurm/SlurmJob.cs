namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// A job as the controller and the accounting know it. What neither tells is null or empty. While it waits, its GPUs and
/// CPUs are what it wants and its start is when Slurm expects it; while it runs, its end is when its time limit ends it. A
/// priority of 0 is that of a held job.
/// </summary>
public sealed record SlurmJob : GpuJob
{
    // One for all: most jobs have none.
    private static readonly Dictionary<string, IReadOnlyList<SlurmTres>> NoGres = [];

    /// <summary>The id, as text: <c>123</c>, <c>123_4</c>, <c>123_[5-9]</c>, <c>123+0</c>.</summary>
    public new required SlurmJobId Id
    {
        get;
        init
        {
            field = value;
            base.Id = value.ToString();
        }
    }

    /// <summary>The array the job is a task of, or tasks of.</summary>
    public string? ArrayJobId => Id.IsTask || Id.IsTaskSet ? Id.Base : null;

    /// <summary>The account it is charged to.</summary>
    public string Account { get; init; } = "";

    /// <summary>Where it runs; while it waits there may be several with commas.</summary>
    public string Partition { get; init; } = "";

    /// <summary>Its quality of service.</summary>
    public string Qos { get; init; } = "";

    /// <summary>What it is doing, in Slurm's own terms.</summary>
    public new SlurmJobState State
    {
        get;
        init
        {
            field = value;
            base.State = SlurmJobStates.General(value);
        }
    }

    /// <summary>The state in Slurm's words: <c>CANCELLED by 1001</c>.</summary>
    public string StateText { get; init; } = "";

    /// <summary>Its nodes as a list like <c>gpu[01-04]</c>; empty while it has none.</summary>
    public string Nodes { get; init; } = "";

    /// <summary>How many nodes it has, or wants while it waits.</summary>
    public int? NodeCount { get; init; }

    /// <summary>The GPUs by type; <c>gpu</c> where Slurm does not say the type.</summary>
    public IReadOnlyDictionary<string, int> GpuTypes { get; init; } = SlurmGpus.None.ByType;

    /// <summary>Its memory, per CPU or node as it was asked for: <c>4000M</c>, <c>4Gn</c>.</summary>
    public string Memory { get; init; } = "";

    /// <summary>The comment it was submitted with; any text.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The cluster it runs on.</summary>
    public string? Cluster { get; init; }

    /// <summary>What it has on each node: <c>gpu:a100:4(IDX:3-6)</c>; only where it was asked for in detail.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SlurmTres>> NodeGres { get; init; } = NoGres;

    /// <inheritdoc/>
    public override string ToString() => base.ToString();
}

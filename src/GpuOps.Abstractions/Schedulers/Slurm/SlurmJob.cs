namespace GpuOps.Schedulers.Slurm;

/// <summary>A job as the controller and the accounting know it. What neither tells is null or empty.</summary>
public sealed record SlurmJob
{
    // One for all: most jobs have none.
    private static readonly Dictionary<string, IReadOnlyList<SlurmTres>> NoGres = [];

    /// <summary>The id, as text: <c>123</c>, <c>123_4</c>, <c>123_[5-9]</c>, <c>123+0</c>.</summary>
    public required SlurmJobId Id { get; init; }

    /// <summary>The array the job is a task of, or tasks of.</summary>
    public string? ArrayJobId => Id.IsTask || Id.IsTaskSet ? Id.Base : null;

    /// <summary>What its user calls it; any text.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whose it is.</summary>
    public string User { get; init; } = "";

    /// <summary>The account it is charged to.</summary>
    public string Account { get; init; } = "";

    /// <summary>Where it runs; while it waits there may be several with commas.</summary>
    public string Partition { get; init; } = "";

    /// <summary>Its quality of service.</summary>
    public string Qos { get; init; } = "";

    /// <summary>What it is doing.</summary>
    public SlurmJobState State { get; init; }

    /// <summary>The state in Slurm's words: <c>CANCELLED by 1001</c>.</summary>
    public string StateText { get; init; } = "";

    /// <summary>Whether it is over, well or badly.</summary>
    public bool IsFinished => SlurmJobStates.IsFinal(State);

    /// <summary>Why it waits or how it ended, in Slurm's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The exit code of its script; null before it ends, and when something else ended it. 0 is success and nothing else.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Its nodes as a list like <c>gpu[01-04]</c>; empty while it has none.</summary>
    public string Nodes { get; init; } = "";

    /// <summary>How many nodes it has, or wants while it waits.</summary>
    public int? NodeCount { get; init; }

    /// <summary>How many CPUs it has, or wants while it waits.</summary>
    public int? Cpus { get; init; }

    /// <summary>How many GPUs it really has or had, all nodes together; while it waits, how many it wants.</summary>
    public int? Gpus { get; init; }

    /// <summary>The GPUs by type; <c>gpu</c> where Slurm does not say the type.</summary>
    public IReadOnlyDictionary<string, int> GpuTypes { get; init; } = SlurmGpus.None.ByType;

    /// <summary>Its memory, per CPU or node as it was asked for: <c>4000M</c>, <c>4Gn</c>.</summary>
    public string Memory { get; init; } = "";

    /// <summary>When it was submitted, or put back into the queue (local time).</summary>
    public DateTime? SubmitTime { get; init; }

    /// <summary>When it began; while it waits, when Slurm expects that it will (local time).</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>When it ended; while it runs, when its time limit ends it (local time).</summary>
    public DateTime? EndTime { get; init; }

    /// <summary>How long it has run.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>How long it may run; null without a limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Its priority; 0 while it is held.</summary>
    public long? Priority { get; init; }

    /// <summary>How often it was put back into the queue.</summary>
    public int? RestartCount { get; init; }

    /// <summary>The jobs it waits for: <c>afterok:6(unfulfilled)</c>.</summary>
    public string Dependency { get; init; } = "";

    /// <summary>The folder it runs in.</summary>
    public string WorkFolder { get; init; } = "";

    /// <summary>The file of its output.</summary>
    public string OutputPath { get; init; } = "";

    /// <summary>The file of its errors.</summary>
    public string ErrorPath { get; init; } = "";

    /// <summary>The script it runs; empty when it was piped in.</summary>
    public string Command { get; init; } = "";

    /// <summary>The comment it was submitted with; any text.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The cluster it runs on.</summary>
    public string? Cluster { get; init; }

    /// <summary>What it has on each node: <c>gpu:a100:4(IDX:3-6)</c>; only where it was asked for in detail.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SlurmTres>> NodeGres { get; init; } = NoGres;

    /// <summary>The backend it was found on, so that it can be piped on without naming it again.</summary>
    public string Backend { get; init; } = "";

    /// <summary>The id and name.</summary>
    public override string ToString() => Name.Length == 0 ? Id.ToString() : $"{Id} ({Name})";
}

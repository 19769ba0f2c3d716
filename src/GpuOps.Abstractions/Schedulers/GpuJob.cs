using GpuOps.Values;

namespace GpuOps.Schedulers;

/// <summary>A job of any scheduler. What a scheduler does not tell is null or empty.</summary>
public record GpuJob
{
    /// <summary>The id on its backend.</summary>
    public string Id { get; init; } = "";

    /// <summary>What its user calls it; any text of one line.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whose it is.</summary>
    public string User { get; init; } = "";

    /// <summary>What it is doing.</summary>
    public GpuJobState State { get; init; }

    /// <summary>Whether it is over, well or badly.</summary>
    public bool IsFinished => GpuJobStates.IsFinal(State);

    /// <summary>Why it waits or how it ended.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The exit code of its program; null before it ends, and when a signal ended it. 0 is success and nothing else.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended its program.</summary>
    public int? Signal { get; init; }

    /// <summary>How many CPUs it has, or wants while it waits.</summary>
    public int? Cpus { get; init; }

    /// <summary>How many GPUs it has or had; while it waits, how many it wants.</summary>
    public int? Gpus { get; init; }

    /// <summary>The numbers of its GPUs on the host, ascending; empty while it has none, and where the scheduler does not say.</summary>
    public IReadOnlyList<int> GpuId { get; init; } = [];

    /// <summary>When it was submitted (local time).</summary>
    public DateTime? SubmitTime { get; init; }

    /// <summary>When its program was started last (local time).</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>When it ended (local time).</summary>
    public DateTime? EndTime { get; init; }

    /// <summary>How long it has run.</summary>
    public TimeSpan? Elapsed { get; init; }

    /// <summary>How long it may run; null without a limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The higher goes first.</summary>
    public long? Priority { get; init; }

    /// <summary>How often it was started again.</summary>
    public int? RestartCount { get; init; }

    /// <summary>The jobs it waits for: <c>success:16</c>.</summary>
    public string Dependency { get; init; } = "";

    /// <summary>The folder it runs in.</summary>
    public string WorkFolder { get; init; } = "";

    /// <summary>The file of its output.</summary>
    public string OutputPath { get; init; } = "";

    /// <summary>The file of its errors.</summary>
    public string ErrorPath { get; init; } = "";

    /// <summary>What it runs, in a line for people.</summary>
    public string Command { get; init; } = "";

    /// <summary>Words by which it can be found again.</summary>
    public IReadOnlyList<string> Tag { get; init; } = [];

    /// <summary>The backend it was found on, so that it can be piped on without naming it again.</summary>
    public string Backend { get; init; } = "";

    /// <summary>The id and name.</summary>
    public override string ToString() => Name.Length == 0 ? Id : $"{Id} ({Excerpt.Of(Name)})";
}

using GpuOps.Pools;

namespace GpuOps.Schedulers;

/// <summary>A job for any scheduler.</summary>
public sealed record GpuJobRequest
{
    /// <summary>
    /// Chosen by the client, unique for all time: who is not sure whether a submission was taken sends it again, and it is
    /// taken once. Empty lets the scheduler choose.
    /// </summary>
    public string RequestId { get; init; } = "";

    /// <summary>The job's name: any text of one line.</summary>
    public string Name { get; init; } = "";

    /// <summary>The program and its arguments, which arrive byte for byte; with <see cref="Script"/> the arguments alone.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>A script to run in place of a program; its first line says by what.</summary>
    public ReadOnlyMemory<byte>? Script { get; init; }

    /// <summary>The folder it runs in, absolute.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Variables beside those of the service. What they hold is kept secret, and forgotten when the job is over.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The GPUs it needs; null for none.</summary>
    public GpuDemand? Demand { get; init; }

    /// <summary>The CPUs that a job without GPUs takes of the host, at least 1.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>The higher goes first; those of equal priority in the order they came.</summary>
    public int Priority { get; init; }

    /// <summary>How long it may run; null without a limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How long it has to end by itself when it is to end.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The jobs it waits for; all of them.</summary>
    public IReadOnlyList<GpuJobDependency> Dependencies { get; init; } = [];

    /// <summary>Keeps it from starting until it is let go.</summary>
    public bool Hold { get; init; }

    /// <summary>How often it is started again when it fails.</summary>
    public int Retries { get; init; }

    /// <summary>The exit codes after which it is started again; empty for any but 0.</summary>
    public IReadOnlyList<int> RetryExitCodes { get; init; } = [];

    /// <summary>Whether its errors go into the file of its output.</summary>
    public bool MergeStreams { get; init; }

    /// <summary>Words by which it can be found again.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

namespace GpuOps.Schedulers;

/// <summary>What to read of jobs' logs, and for how long.</summary>
public sealed record GpuJobLogOptions
{
    /// <summary>Which of the streams.</summary>
    public GpuJobLogKind Stream { get; init; }

    /// <summary>How many lines at the end of what is there at first; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>Goes on until the jobs are over and all that they wrote is read.</summary>
    public bool Follow { get; init; }
}

namespace GpuOps.Schedulers;

/// <summary>What is changed of a job that has not begun. What is null stays as it is.</summary>
public sealed record GpuJobChange
{
    /// <summary>The new name.</summary>
    public string? Name { get; init; }

    /// <summary>The new priority; the higher goes first.</summary>
    public int? Priority { get; init; }

    /// <summary>True keeps it from starting, false lets it go.</summary>
    public bool? Hold { get; init; }

    /// <summary>How long it may run.</summary>
    public TimeSpan? TimeLimit { get; init; }
}

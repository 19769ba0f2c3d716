namespace GpuOps.Schedulers;

/// <summary>What prepares the place of a job before its command, in this order.</summary>
public sealed record JobPreparation
{
    /// <summary>Lines of bash, which the command's shell reads as its own: what they export the command gets. Null for none.</summary>
    public string? Prologue { get; init; }

    /// <summary>The conda environment to activate, by name or path there; null for none.</summary>
    public string? Conda { get; init; }

    /// <summary>The folder of the Python venv to activate, there; null for none.</summary>
    public string? Venv { get; init; }

    /// <summary>Whether there is nothing to prepare.</summary>
    public bool IsEmpty => Prologue is null && Conda is null && Venv is null;
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>One long option of sbatch.</summary>
/// <param name="Name">Its name without dashes.</param>
/// <param name="Value">Its value; null when it has none.</param>
internal readonly record struct SbatchOption(string Name, string? Value)
{
    /// <summary>The option as one element of an argv: <c>--name=value</c>.</summary>
    public override string ToString() => Value is null ? $"--{Name}" : $"--{Name}={Value}";
}

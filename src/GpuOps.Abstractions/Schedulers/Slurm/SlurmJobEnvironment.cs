namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// What is to be there when a job runs. All of it is looked up on the compute node, never on the submitting machine. A path
/// may begin with <c>~/</c>: the home there. For a user's script only <see cref="Variables"/> can be given: the script is not touched.
/// </summary>
public sealed record SlurmJobEnvironment
{
    /// <summary>
    /// Variables and their values, which may be any text without NUL. They win over what modules, conda and venv set. A
    /// user's script gets them as <c>sbatch --export=ALL</c> hands them on, whatever its own <c>#SBATCH --export</c> says.
    /// </summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment modules to load, in this order.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>A conda environment: a name, or a path when it has a slash.</summary>
    public string? Conda { get; init; }

    /// <summary>The folder of a Python virtual environment.</summary>
    public string? Venv { get; init; }

    /// <summary>The container to run the command in; modules, conda and venv are prepared outside of it.</summary>
    public SlurmContainer? Container { get; init; }
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>Where a backend's Slurm is.</summary>
/// <param name="Backend">The backend's name, or its URI.</param>
public sealed record SlurmOptions(string Backend)
{
    /// <summary>The folder of Slurm's commands on the host where they run; null looks them up in PATH there.</summary>
    public string? CommandFolder { get; init; }

    /// <summary>The path of slurm.conf there; null for Slurm's own default.</summary>
    public string? Configuration { get; init; }

    /// <summary>The folder of the user's templates on this host; null for none.</summary>
    public string? TemplateFolder { get; init; }

    /// <summary>What jobs get that do not say it themselves, by the keys under <c>defaults</c> in the backend's entry.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();
}

using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>What a job waits for, as <c>sbatch --dependency</c> takes it.</summary>
public static class SlurmDependencies
{
    /// <summary>Writes dependencies that all have to be met: <c>afterok:20:21,afterany:23_4</c>.</summary>
    /// <param name="dependencies">The dependencies.</param>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmDependency</c>: without jobs, or a job that nothing can depend on.</exception>
    public static string? Format(IReadOnlyList<SlurmDependency> dependencies)
    {
        ArgumentNullException.ThrowIfNull(dependencies);
        return dependencies.Count == 0 ? null : string.Join(',', dependencies.Select(Format));
    }

    private static string Format(SlurmDependency dependency)
    {
        if (dependency.Type == SlurmDependencyType.Singleton)
            return dependency.Jobs.Count == 0 ? "singleton" : throw Wrong("Singleton is about all jobs of the same name; it takes no ids. Leave them out.", dependency);
        if (dependency.Jobs.Count == 0)
            throw Wrong($"{dependency.Type} needs the id of at least one job.", dependency);
        return string.Join(':', [Word(dependency.Type), .. dependency.Jobs.SelectMany(Ids)]);
    }

    private static string Word(SlurmDependencyType type) => Enum.IsDefined(type)
        ? type.ToString().ToLowerInvariant()
        : throw Wrong($"'{type}' is no type of dependency.", type);

    private static IEnumerable<string> Ids(SlurmJobId job)
    {
        if (job.Base.Length == 0 || job.IsStep || job.IsAbbreviated)
            throw Wrong($"Nothing can depend on '{Excerpt.Of(job.ToString())}'. Give the id of a job or task, like 123 or 123_4.", job);
        // A + behind an id is a delay in minutes there; the parts of a heterogeneous job end together.
        return job.IsTask || job.IsTaskSet ? job.Tasks.Select(task => $"{job.Base}_{task}") : [job.Base];
    }

    private static GpuOpsException Wrong(string message, object target) => SlurmText.Wrong("InvalidSlurmDependency", message, target);
}

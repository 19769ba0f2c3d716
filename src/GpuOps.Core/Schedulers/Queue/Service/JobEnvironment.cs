using GpuOps.Pools;
using GpuOps.Probes;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>The variables a job's program gets.</summary>
internal static class JobEnvironment
{
    /// <summary>Holds the job's id.</summary>
    public const string JobIdVariable = "GPUOPS_JOB_ID";

    private static readonly HashSet<string> Inherited =
        ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"];

    /// <summary>The few of the service's that say who and where it is, those of the job, and which GPUs it sees.</summary>
    /// <param name="service">The service's.</param>
    /// <param name="job">The job's.</param>
    /// <param name="id">The job's number.</param>
    /// <param name="hasGpus">Whether it gets GPUs: which ones the supervisor says. One that gets none sees none.</param>
    public static Dictionary<string, string> Of(
        IReadOnlyDictionary<string, string> service, IReadOnlyDictionary<string, string> job, string id, bool hasGpus)
    {
        var variables = service
            .Where(pair => Inherited.Contains(pair.Key) || pair.Key.StartsWith("LC_", StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in job)
            variables[name] = value;
        if (!hasGpus)
        {
            foreach (var (name, value) in VisibleDevices.For(GpuProvider.None, []))
                variables[name] = value;
        }

        variables[JobIdVariable] = id;
        return variables;
    }
}

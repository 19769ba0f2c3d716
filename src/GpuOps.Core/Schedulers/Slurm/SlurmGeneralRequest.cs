using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Schedulers.Slurm;

/// <summary>A job for any scheduler in Slurm's terms.</summary>
internal static class SlurmGeneralRequest
{
    /// <summary>Translates a request.</summary>
    /// <param name="request">The job.</param>
    /// <exception cref="GpuOpsException"><c>JobRequestNotSupported</c>: it wants what Slurm has no words for.</exception>
    public static SlurmJobRequest Of(GpuJobRequest request) => new()
    {
        Name = request.Name.Length > 0 ? request.Name : null,
        Command = request.Script is null ? request.Arguments : null,
        Script = request.Script,
        Arguments = request.Script is null ? [] : request.Arguments,
        Resources = new SlurmResourceRequest
        {
            Gpus = GpusOf(request.Demand),
            CpusPerTask = request.Cpus > 1 ? request.Cpus : null,
            TimeLimit = request.TimeLimit,
        },
        Environment = new SlurmJobEnvironment { Variables = request.Variables },
        Dependencies =
        [
            .. DependenciesOf(request, GpuJobDependencyType.Success, SlurmDependencyType.AfterOk),
            .. DependenciesOf(request, GpuJobDependencyType.Any, SlurmDependencyType.AfterAny),
        ],
        KillOnInvalidDependency = request.Dependencies.Count > 0 ? true : null,
        Requeue = request.Retries == 0 ? null : throw NotSupported("-Retry", "a job that failed is put back by Restart-SlurmJob"),
        WorkFolder = request.WorkFolder,
        Comment = request.Tags.Count > 0 ? string.Join(' ', request.Tags) : null,
        AdditionalArguments =
        [
            .. request.Hold ? ["--hold"] : Array.Empty<string>(),
            .. request.Priority != 0 ? [string.Create(CultureInfo.InvariantCulture, $"--nice={-(long)request.Priority}")] : Array.Empty<string>(),
        ],
    };

    /// <summary>The error of what Slurm has no words for.</summary>
    /// <param name="what">That.</param>
    /// <param name="instead">What there is instead.</param>
    public static GpuOpsException NotSupported(string what, string instead) =>
        new("JobRequestNotSupported", GpuOpsErrorKind.InvalidArgument, $"{what} means nothing to Slurm: {instead}.", what);

    private static string? GpusOf(GpuDemand? demand) => demand switch
    {
        null => null,
        { Count: { } count } => count.ToString(CultureInfo.InvariantCulture),
        { Ids: not null } => throw NotSupported("-GpuId", "it chooses the GPUs; say how many with -Gpus"),
        _ => throw NotSupported("A part of a GPU", "say which shards with Submit-SlurmJob -Gres"),
    };

    private static IEnumerable<SlurmDependency> DependenciesOf(GpuJobRequest request, GpuJobDependencyType type, SlurmDependencyType slurms)
    {
        SlurmJobId[] ids = [.. request.Dependencies.Where(dependency => dependency.Type == type).Select(static dependency => SlurmJobId.Parse(dependency.Id))];
        return ids.Length > 0 ? [new SlurmDependency(slurms, ids)] : [];
    }
}

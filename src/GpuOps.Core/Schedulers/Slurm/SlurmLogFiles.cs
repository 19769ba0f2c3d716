using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The files of a job's log.</summary>
internal static class SlurmLogFiles
{
    private const string Nowhere = "/dev/null";

    /// <summary>Where a job writes, one or two files.</summary>
    /// <param name="job">The job.</param>
    /// <param name="target">What is known of it beside what Slurm tells.</param>
    /// <param name="stream">Which of the files.</param>
    /// <returns>None while a part of the path is not known yet.</returns>
    /// <exception cref="GpuOpsException"><c>SlurmLogDiscarded</c>, <c>SlurmLogUnknown</c>.</exception>
    public static IReadOnlyList<(string Path, GpuJobLogKind Stream)> Of(SlurmJob job, SlurmLogTarget target, GpuJobLogKind stream)
    {
        // A task of an array has another number of its own, which only Slurm knows.
        var names = new SlurmLogNames(job.Id, job.ArrayJobId is null ? job.Id.Base : "", job.Name, job.User, job.Nodes, job.WorkFolder);
        var output = First(job.OutputPath, SlurmLogPath.Expand(target.OutputPath, names), Guess(job));
        var error = First(job.ErrorPath, SlurmLogPath.Expand(target.ErrorPath, names), output);
        List<(string Path, GpuJobLogKind Stream)> wanted = [];
        // A file that has both is what either asks for.
        if (stream != GpuJobLogKind.Error || error == output)
            wanted.Add((output, GpuJobLogKind.Output));
        if (stream != GpuJobLogKind.Output && error != output)
            wanted.Add((error, GpuJobLogKind.Error));

        if (wanted.All(static file => file.Path == Nowhere))
            throw new GpuOpsException("SlurmLogDiscarded", GpuOpsErrorKind.NotFound, $"What the job {job} writes goes to {Nowhere}; nobody keeps it. Submit it with another -OutputPath.", job);
        if (wanted.Any(static file => file.Path.Length == 0))
            throw new GpuOpsException("SlurmLogUnknown", GpuOpsErrorKind.NotFound,
                $"Slurm does not tell any more where the job {job} wrote: its controller forgets that some minutes after the end, and its accounting never knew. Name the file with -OutputPath, or pipe in the job as Get-SlurmJob or Wait-SlurmJob gave it before.", job);
        return wanted.Exists(static file => IsOpen(file.Path)) && !job.IsFinished ? [] : [.. wanted.Where(static file => file.Path != Nowhere)];
    }

    private static string First(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (path.Length > 0)
                return path;
        }

        return "";
    }

    /// <summary>Where Slurm writes when nothing was said.</summary>
    private static string Guess(SlurmJob job) => job.WorkFolder.Length == 0 || job.Id.IsTaskSet ? ""
        : job.Id.Task is { } task ? $"{job.WorkFolder}/slurm-{job.Id.Base}_{task}.out" : $"{job.WorkFolder}/slurm-{job.Id.Base}.out";

    /// <summary>Whether a pattern in it stands for what is not known before the job begins: its node.</summary>
    private static bool IsOpen(string path) => path.Contains("%N", StringComparison.Ordinal);
}

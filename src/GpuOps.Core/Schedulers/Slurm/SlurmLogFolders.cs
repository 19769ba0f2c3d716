namespace GpuOps.Schedulers.Slurm;

/// <summary>The folders of a job's log files. Slurm makes none: a job whose log cannot be opened fails without a word.</summary>
public static class SlurmLogFolders
{
    /// <summary>
    /// The folders to be made before a job is submitted: those of <c>--output</c> and <c>--error</c>, given in the request or
    /// in the script's <c>#SBATCH</c> lines. Patterns are not filled in: of <c>logs/%x/%j.out</c> it is <c>logs</c>, the
    /// part before the first <c>%</c>, and the rest has to be there already.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>Paths, without those that need no folder; relative ones are relative to where sbatch runs.</returns>
    public static IReadOnlyList<string> Of(SlurmJobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var workFolder = request.WorkFolder ?? SbatchDirectives.Find(request, "chdir", 'D');
        return [.. ((string?[])[request.Output ?? SbatchDirectives.Find(request, "output", 'o'), request.Error ?? SbatchDirectives.Find(request, "error", 'e')])
            .Select(FolderOf)
            .Where(folder => folder is not (null or "" or "/dev"))
            .Select(folder => workFolder is null || folder![0] == '/' ? folder! : $"{workFolder.TrimEnd('/')}/{folder}")
            .Distinct(StringComparer.Ordinal)];
    }

    private static string? FolderOf(string? pattern)
    {
        if (pattern is null) return null;
        // A backslash switches the patterns off, and is itself left out.
        var path = pattern.Contains('\\', StringComparison.Ordinal) ? pattern.Replace("\\", "", StringComparison.Ordinal)
            : pattern.Split('%')[0];
        var end = path.LastIndexOf('/');
        return end < 0 ? null : path[..end].TrimEnd('/');
    }
}

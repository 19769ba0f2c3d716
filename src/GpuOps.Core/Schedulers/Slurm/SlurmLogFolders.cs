namespace GpuOps.Schedulers.Slurm;

/// <summary>The folders of a job's log files. Slurm makes none: a job whose log cannot be opened fails without a word.</summary>
public static class SlurmLogFolders
{
    /// <summary>
    /// The folders to be made before a job is submitted: those of <c>--output</c> and <c>--error</c>, given in the request or
    /// in the script's <c>#SBATCH</c> lines. The job's name is put in for <c>%x</c>: of <c>logs/%x/%j.out</c> it is
    /// <c>logs/train</c>. No other pattern is known before: of <c>logs/%A/%a.out</c> it is <c>logs</c>, and the rest has
    /// to be there already.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>Paths, without those that need no folder; relative ones are relative to where sbatch runs.</returns>
    public static IReadOnlyList<string> Of(SlurmJobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var workFolder = request.WorkFolder ?? SbatchDirectives.Find(request, "chdir", 'D');
        return [.. ((string?[])[request.Output ?? SbatchDirectives.Find(request, "output", 'o'), request.Error ?? SbatchDirectives.Find(request, "error", 'e')])
            .Select(pattern => FolderOf(pattern, NameOf(request)))
            .Where(folder => folder is not (null or "" or "/dev"))
            .Select(folder => workFolder is null || folder![0] == '/' ? folder! : $"{workFolder.TrimEnd('/')}/{folder}")
            .Distinct(StringComparer.Ordinal)];
    }

    private static string? NameOf(SlurmJobRequest request) =>
        request.Name ?? SbatchDirectives.Find(request, "job-name", 'J') ?? SbatchOptions.NameOf(request);

    private static string? FolderOf(string? pattern, string? name)
    {
        var end = pattern?.LastIndexOf('/') ?? -1;
        if (end < 0) return null;
        // A backslash switches the patterns off, and is itself left out.
        if (pattern!.Contains('\\', StringComparison.Ordinal)) return pattern[..end].Replace("\\", "", StringComparison.Ordinal).TrimEnd('/');
        var known = pattern[..end].Split('/').Select(part => SlurmLogPath.Fill(part, letter => ValueOf(letter, name))).TakeWhile(static part => part is not null);
        return string.Join('/', known).TrimEnd('/');
    }

    private static string? ValueOf(char letter, string? name) => letter switch
    {
        '%' => "%",
        'x' => name,
        _ => null,
    };
}

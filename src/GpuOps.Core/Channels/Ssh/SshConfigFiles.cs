using System.IO.Enumeration;
using GpuOps.Errors;

namespace GpuOps.Channels.Ssh;

/// <summary>Reads ssh_config files, and those they include, each once: a way of several hosts asks for all of them again for each.</summary>
/// <param name="home">The home folder, for <c>~</c>.</param>
internal sealed class SshConfigFiles(string home)
{
    private readonly Dictionary<string, IReadOnlyList<SshConfigLine>> _read = new(StringComparer.Ordinal);

    /// <summary>The settings of a file; a file that does not exist has none.</summary>
    /// <exception cref="GpuOpsException"><c>SshConfigUnreadable</c>.</exception>
    public IReadOnlyList<SshConfigLine> Read(string path) => _read.TryGetValue(path, out var known) ? known : _read[path] = Load(path);

    private static IReadOnlyList<SshConfigLine> Load(string path)
    {
        try
        {
            return File.Exists(path)
                ? [.. File.ReadAllLines(path).Select((line, index) => SshConfigLine.Parse(line, $"{path}:{index + 1}")).OfType<SshConfigLine>()]
                : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("SshConfigUnreadable", GpuOpsErrorKind.NotAllowed, $"'{path}' cannot be read: {fault.Message}", path, fault);
        }
    }

    /// <summary>The files that a pattern of Include means, in the order of their names.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="folder">What a relative one begins at.</param>
    public IReadOnlyList<string> Find(string pattern, string folder)
    {
        var path = pattern.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, pattern[2..]) : Path.Combine(folder, pattern);
        IEnumerable<string> found = [Path.GetPathRoot(path)!];
        foreach (var part in path[Path.GetPathRoot(path)!.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found.SelectMany(parent => Step(parent, part));
        return [.. found.Where(File.Exists).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Step(string parent, string part)
    {
        if (!part.AsSpan().ContainsAny('*', '?'))
            return [Path.Combine(parent, part)];
        try
        {
            // As for a shell, no pattern but one with a dot means hidden files.
            return [.. Directory.EnumerateFileSystemEntries(parent).Where(entry => Path.GetFileName(entry) is var name
                && FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false) && (!name.StartsWith('.') || part.StartsWith('.')))];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

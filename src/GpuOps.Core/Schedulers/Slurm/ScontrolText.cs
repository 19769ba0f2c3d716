using System.Buffers;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads what <c>scontrol show</c> prints: indented lines of <c>Key=value</c>.</summary>
internal static class ScontrolText
{
    private const string Indent = "   ";
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/:");

    /// <summary>Splits <c>Key=value Key=value</c>; values have no spaces, and a key that is free text takes the rest.</summary>
    public static IEnumerable<(string Key, string Value)> Pairs(string line, Func<string, bool> isFreeText)
    {
        for (var at = 0; at < line.Length;)
        {
            var equals = line.IndexOf('=', at);
            if (equals < 0) yield break;
            var key = line[at..equals].Trim();
            var end = isFreeText(key) ? line.Length : line.IndexOf(' ', equals);
            if (end < 0) end = line.Length;
            yield return (key, line[(equals + 1)..end]);
            at = end;
        }
    }

    /// <summary>Whether a line begins with a key, and does not go on with the text of the line before.</summary>
    public static bool IsKeyLine(string line)
    {
        if (!line.StartsWith(Indent, StringComparison.Ordinal)) return false;
        var rest = line.AsSpan().TrimStart(' ');
        var end = rest.IndexOfAnyExcept(KeyCharacters);
        return end > 0 && rest[end] == '=';
    }

    /// <summary>The value, without Slurm's words for nothing.</summary>
    public static string Told(string? value) => value?.Trim() is { } text and not ("(null)" or "N/A" or "None" or "n/a") ? text : "";
}

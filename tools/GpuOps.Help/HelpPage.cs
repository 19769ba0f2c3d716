using System.Text.RegularExpressions;

namespace GpuOps.Help;

/// <summary>
/// A page of docs/cmdlets: the title, a paragraph that is the synopsis, and the sections Description, Examples (each
/// a heading, a fenced block, remarks), Notes and Related. All of them may be missing.
/// </summary>
internal sealed partial record HelpPage(
    string Synopsis, IReadOnlyList<string> Description, IReadOnlyList<HelpExample> Examples, IReadOnlyList<string> Notes, IReadOnlyList<string> Related)
{
    public static HelpPage Read(string path)
    {
        var parts = Split(File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "", "## ");
        var head = Paragraphs(parts.GetValueOrDefault("", ""));
        return new HelpPage(
            head.FirstOrDefault(paragraph => !paragraph.StartsWith("# ", StringComparison.Ordinal)) ?? "",
            Paragraphs(parts.GetValueOrDefault("Description", "")),
            [.. Split(parts.GetValueOrDefault("Examples", ""), "### ").Where(part => part.Key.Length > 0).Select(part => Example(path, part.Key, part.Value))],
            Paragraphs(parts.GetValueOrDefault("Notes", "")),
            [.. Link().Matches(parts.GetValueOrDefault("Related", "")).Select(match => match.Groups[1].Value)]);
    }

    private static HelpExample Example(string path, string title, string text) => Fence().Match(text) is { Success: true } code
        ? new HelpExample(title, code.Groups[1].Value, Paragraphs(text[..code.Index] + "\n\n" + text[(code.Index + code.Length)..]))
        : throw new InvalidDataException($"{path}: the example '{title}' has no ```powershell block.");

    /// <summary>The text below each heading of a level; what stands before the first is under the empty name.</summary>
    private static Dictionary<string, string> Split(string text, string mark)
    {
        Dictionary<string, string> parts = [];
        var (title, body, fenced) = ("", new List<string>(), false);
        foreach (var line in text.Split('\n'))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith(mark, StringComparison.Ordinal))
            {
                parts.Add(title, string.Join('\n', body));
                (title, body) = (line[mark.Length..].Trim(), []);
            }
            else
            {
                body.Add(line);
            }
        }

        parts.Add(title, string.Join('\n', body));
        return parts;
    }

    /// <summary>Paragraphs as plain text; a list keeps its lines, a fenced block its shape.</summary>
    private static List<string> Paragraphs(string text) =>
        [.. text.Split("\n\n").Select(Plain).Where(paragraph => paragraph.Length > 0)];

    private static string Plain(string paragraph)
    {
        var text = Link().Replace(paragraph.Trim('\n').Replace("**", "", StringComparison.Ordinal).Replace("```", "", StringComparison.Ordinal), "$1")
            .Replace("`", "", StringComparison.Ordinal);
        return paragraph.Contains("```", StringComparison.Ordinal) ? text.Trim('\n') : SoftBreak().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"```powershell\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    /// <summary>The end of a line that no list item follows.</summary>
    [GeneratedRegex(@"\n(?!- )\s*")]
    private static partial Regex SoftBreak();
}

/// <summary>An example.</summary>
internal sealed record HelpExample(string Title, string Code, IReadOnlyList<string> Remarks);

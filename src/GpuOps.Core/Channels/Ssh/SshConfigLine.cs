using System.Text;

namespace GpuOps.Channels.Ssh;

/// <summary>One setting of an ssh_config(5) file.</summary>
/// <param name="Keyword">Its name in small letters.</param>
/// <param name="Arguments">Its values, with the quotes taken off.</param>
/// <param name="Place">The file and the line, <c>FILE:LINE</c>.</param>
public sealed record SshConfigLine(string Keyword, IReadOnlyList<string> Arguments, string Place)
{
    /// <summary>Reads one line: <c>Key value</c>, <c>Key=value</c>, values in double or single quotes, a comment at the end.</summary>
    /// <param name="line">The line.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>Null for an empty line or a comment.</returns>
    public static SshConfigLine? Parse(string line, string place)
    {
        ArgumentNullException.ThrowIfNull(line);
        var text = line.AsSpan().Trim();
        if (text.IsEmpty || text[0] == '#')
            return null;
        var end = text.IndexOfAny(" \t=");
        var keyword = (end < 0 ? text : text[..end]).ToString().ToLowerInvariant();
        var rest = end < 0 ? "" : text[end..].TrimStart();
        if (rest is ['=', ..])
            rest = rest[1..];
        return new SshConfigLine(keyword, Words(rest), place);
    }

    private static List<string> Words(ReadOnlySpan<char> text)
    {
        List<string> words = [];
        // Null between words, so that "" is a word.
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isBlank = quote == '\0' && c is ' ' or '\t';
            if (isBlank && word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }

            if (isBlank)
                continue;
            if (word is null && c == '#')
                return words;
            word ??= new StringBuilder();
            if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else
                word.Append(IsEscape(text[i..], quote) ? text[++i] : c);
        }

        if (word is not null)
            words.Add(word.ToString());
        return words;
    }

    private static bool IsEscape(ReadOnlySpan<char> text, char quote) =>
        text is ['\\', var next, ..] && (next is '"' or '\'' or '\\' || (quote == '\0' && next == ' '));
}

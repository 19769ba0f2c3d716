using System.Text;
using System.Text.RegularExpressions;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The <c>#SBATCH</c> lines of a script, read as sbatch reads them: up to the first line that is a command.</summary>
internal static partial class SbatchDirectives
{
    private const string Mark = "#SBATCH";

    // Names that others begin with; to getopt the whole of a name is never the beginning of another.
    private static readonly HashSet<string> Whole = ["gpus", "mem", "ntasks", "time", "export"];

    /// <summary>The options, as the elements of an argv.</summary>
    /// <param name="script">The script.</param>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> script)
    {
        var words = new List<string>();
        foreach (var line in Encoding.UTF8.GetString(script).Split('\n'))
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
                AddWords(line[Mark.Length..], words);
            else if (line.TrimStart() is { Length: > 0 } text && text[0] != '#')
                break;
        }

        return words;
    }

    /// <summary>The same script, in whose lines sbatch reads the words that bash would: those of <see cref="Channels.PosixShell.Defuse(string)"/>.</summary>
    /// <param name="script">The script.</param>
    public static string ForSbatch(string script) =>
        string.Join('\n', script.Split('\n').Select(static line => line.StartsWith(Mark, StringComparison.Ordinal) ? LineForSbatch(line) : line));

    /// <summary>The value that a request's own options give: those added by hand, else the lines of its script.</summary>
    /// <param name="job">The request.</param>
    /// <param name="name">The option's name.</param>
    /// <param name="letter">Its short name.</param>
    /// <returns>Null when they do not give it.</returns>
    public static string? Find(SlurmJobRequest job, string name, char letter) =>
        Find(job.AdditionalArguments, name, letter) ?? (job.Script is { } script ? Find(Read(script.Span), name, letter) : null);

    /// <summary>The value that an option has at last.</summary>
    /// <param name="words">The elements of an argv.</param>
    /// <param name="name">The option's name; getopt also takes the beginning of one.</param>
    /// <param name="letter">Its short name.</param>
    /// <returns>Null when it is not given.</returns>
    public static string? Find(IReadOnlyList<string> words, string name, char letter)
    {
        // Shorter, and other options begin the same.
        const int Shortest = 3;
        string? found = null;
        for (var i = 0; i < words.Count; i++)
        {
            var next = i + 1 < words.Count ? words[i + 1] : null;
            var (word, at) = (words[i], words[i].IndexOf('=', StringComparison.Ordinal));
            if (word.StartsWith($"-{letter}", StringComparison.Ordinal))
                found = word.Length > 2 ? word[2..] : next;
            else if (word.StartsWith("--", StringComparison.Ordinal) && word[2..(at < 0 ? word.Length : at)] is { Length: >= Shortest } given
                && (given == name || (name.StartsWith(given, StringComparison.Ordinal) && !Whole.Contains(given))))
                found = at < 0 ? next : word[(at + 1)..];
        }

        return found;
    }

    // To sbatch a space ends a word even behind a backslash, but not in quotes; and it knows no $''.
    private static string LineForSbatch(string line)
    {
        var text = new StringBuilder();
        char? quote = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (Escaped(line, i) is var (next, length) && length > 0)
            {
                i += length - 1;
                text.Append(quote is null && char.IsWhiteSpace(next) ? $"'{next}'" : $"\\{next}");
                continue;
            }

            if (c == quote) quote = null;
            else if (quote is null && c is '"' or '\'') quote = c;
            text.Append(c);
        }

        return text.ToString();
    }

    /// <summary>The character that stands escaped at a place, and how long that is; 0 where none does.</summary>
    private static (char Character, int Length) Escaped(string line, int at) =>
        line[at] == '\\' && at + 1 < line.Length ? (line[at + 1], 2)
        : Octal().Match(line, at) is { Success: true } octal ? ((char)Convert.ToInt32(octal.Groups[1].Value, 8), octal.Length)
        : default;

    [GeneratedRegex(@"\G\$'\\(011|0[4-7][0-7]|1[0-7]{2})'")]
    private static partial Regex Octal();

    // A backslash before any character, also in quotes of either kind; but a space ends a word all the same. # ends the line.
    private static void AddWords(string line, List<string> words)
    {
        var word = new StringBuilder();
        char? quote = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote is null && c == '#') break;
            if (quote is null && char.IsWhiteSpace(c)) EndWord();
            else if (c == quote) quote = null;
            else if (quote is null && c is '"' or '\'') quote = c;
            else if (c != '\\') word.Append(c);
            else if (i + 1 < line.Length && (quote is not null || !char.IsWhiteSpace(line[i + 1]))) word.Append(line[++i]);
        }

        EndWord();

        void EndWord()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }
}

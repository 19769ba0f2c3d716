using System.Globalization;
using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers;

/// <summary>
/// Makes many commands of one: <c>{a,b}</c> stands for each of its choices, with all of the others; <c>{{a,b}}</c> for the
/// choice at the same place as those of the other double braces; <c>{RANDINT:1:9}</c> for a number of 1 to 9, another one in
/// each command. Braces without a comma stand for themselves, and so does what a backslash stands before.
/// </summary>
public sealed class WordExpansion
{
    /// <summary>The most commands that can be made of one.</summary>
    public const int Limit = 100_000;

    private const string RandomMark = "RANDINT:";

    private readonly List<List<Part>> _words = [];
    private readonly List<IReadOnlyList<string>[]> _dimensions = [];
    private readonly List<IReadOnlyList<string>> _together = [];
    private int? _place;
    private string _word = "";
    private int _at;

    private WordExpansion(IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            (_word, _at) = (word, 0);
            _words.Add(Read());
        }

        if (_place is { } place)
            _dimensions[place] = [.. _together];
    }

    /// <summary>Expands a command.</summary>
    /// <param name="words">Its words; braces do not reach from one into another.</param>
    /// <param name="random">Chooses the numbers.</param>
    /// <returns>The commands; the last choice changes fastest. One alone when there is nothing to expand.</returns>
    /// <exception cref="GpuOpsException"><c>ExpansionInvalid</c>.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyList<string> words, Random random)
    {
        ArgumentNullException.ThrowIfNull(words);
        var expansion = new WordExpansion(words);
        var count = 1L;
        foreach (var dimension in expansion._dimensions)
        {
            if ((count *= dimension[0].Count) > Limit)
                throw Wrong($"There would be more than {Limit.ToString(CultureInfo.InvariantCulture)} jobs. Leave some choices out.", null);
        }

        return [.. Enumerable.Range(0, (int)count).Select(number => expansion.Command(number, random))];
    }

    private string[] Command(int number, Random random)
    {
        var chosen = new int[_dimensions.Count];
        for (var dimension = chosen.Length - 1; dimension >= 0; dimension--)
            (number, chosen[dimension]) = Math.DivRem(number, _dimensions[dimension][0].Count);
        return [.. _words.Select(word => string.Concat(word.Select(part => part switch
        {
            { Dimension: { } dimension } => _dimensions[dimension][part.List][chosen[dimension]],
            { Range: var (from, to) } => random.NextInt64(from, to).ToString(CultureInfo.InvariantCulture),
            _ => part.Text,
        })))];
    }

    private List<Part> Read()
    {
        List<Part> parts = [];
        var text = new StringBuilder();
        while (_at < _word.Length)
        {
            if (_word[_at] != '{')
            {
                text.Append(Take());
            }
            else if (ReadBraces() is { } part)
            {
                parts.Add(new Part(text.ToString()));
                text.Clear();
                parts.Add(part);
            }
            else
            {
                text.Append(_word[_at++]);
            }
        }

        parts.Add(new Part(text.ToString()));
        return parts;
    }

    /// <summary>What braces stand for, behind which it is then; null when they stand for themselves.</summary>
    private Part? ReadBraces()
    {
        var start = _at;
        var isTogether = _word.AsSpan(_at).StartsWith("{{", StringComparison.Ordinal);
        _at += isTogether ? 2 : 1;
        var choices = ReadChoices(start);
        if (!isTogether && choices is [var only] && only.StartsWith(RandomMark, StringComparison.Ordinal))
            return new Part("") { Range = RangeOf(only) };
        if (choices.Count == 1)
        {
            _at = start;
            return null;
        }

        return isTogether ? AddTogether(choices) : Add(choices);
    }

    private List<string> ReadChoices(int start)
    {
        var end = _word.AsSpan(start).StartsWith("{{", StringComparison.Ordinal) ? "}}" : "}";
        List<string> choices = [];
        var choice = new StringBuilder();
        while (_at < _word.Length && !_word.AsSpan(_at).StartsWith(end, StringComparison.Ordinal))
        {
            if (_word[_at] == '{')
                throw Wrong($"'{Excerpt.Of(_word)}' has braces within braces. Write \\{{ for a brace that stands for itself.", _word);
            if (_word[_at] == ',')
            {
                _at++;
                choices.Add(choice.ToString());
                choice.Clear();
                continue;
            }

            choice.Append(Take());
        }

        if (_at >= _word.Length)
            throw Wrong($"'{Excerpt.Of(_word)}' has a brace that is not closed by '{end}'. Write \\{{ for one that stands for itself.", _word);
        _at += end.Length;
        choices.Add(choice.ToString());
        return choices;
    }

    /// <summary>The next character; a backslash before one of these takes its meaning away.</summary>
    private char Take()
    {
        if (_word[_at] == '\\' && _at + 1 < _word.Length && _word[_at + 1] is '{' or '}' or ',' or '\\')
            _at++;
        return _word[_at++];
    }

    private Part Add(List<string> choices)
    {
        _dimensions.Add([choices]);
        return new Part("") { Dimension = _dimensions.Count - 1 };
    }

    private Part AddTogether(List<string> choices)
    {
        if (_together is [var first, ..] && first.Count != choices.Count)
            throw Wrong($"'{Excerpt.Of(_word)}' has {choices.Count} choices in double braces, and the first of these has {first.Count}. They go together one by one, and so have to be as many.", _word);
        if (_place is null)
        {
            _place = _dimensions.Count;
            _dimensions.Add([]);
        }

        _together.Add(choices);
        return new Part("") { Dimension = _place, List = _together.Count - 1 };
    }

    private (long From, long To) RangeOf(string text)
    {
        if (text[RandomMark.Length..].Split(':') is [var first, var last]
            && long.TryParse(first, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(last, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var to) && from <= to && to < long.MaxValue)
            return (from, to + 1);
        throw Wrong($"'{Excerpt.Of(_word)}' has '{{{Excerpt.Of(text)}}}', which is no range of whole numbers. Write {{RANDINT:1:9}}, the smaller one first.", _word);
    }

    private static GpuOpsException Wrong(string message, string? target) => new("ExpansionInvalid", GpuOpsErrorKind.InvalidArgument, message, target);

    private sealed record Part(string Text)
    {
        public int? Dimension { get; init; }

        public int List { get; init; }

        public (long From, long To)? Range { get; init; }
    }
}

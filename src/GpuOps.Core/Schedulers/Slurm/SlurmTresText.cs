using System.Buffers;
using System.Globalization;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Reads lists of generic and trackable resources, by this grammar:
/// <code>
/// list    = "" | "(null)" | "N/A" | entry { "," entry }
/// entry   = [ "gres:" | "gres/" ] name [ ":" type ] [ ":no_consume" ] [ ( ":" | "=" ) amount ] [ "(" detail { "," detail } ")" ]
/// detail  = "S:" sockets | "IDX:" ( "N/A" | range { "," range } ) | anything else
/// amount  = digits [ "." digits ] [ "K" | "M" | "G" | "T" | "P" | "E" ]
/// </code>
/// An entry without amount is one of it. Units are powers of 1024; <c>mem</c> without one is in MB, as everywhere in Slurm.
/// </summary>
public static class SlurmTresText
{
    private const string NoConsume = "no_consume";
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a list like <c>gpu:a100:4(S:0-1),gpu:v100:2</c> or <c>cpu=4,mem=4000M,gres/gpu=8</c>.</summary>
    /// <param name="text">What Slurm printed.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmTres</c>: not such a list.</exception>
    public static IReadOnlyList<SlurmTres> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var list)
            ? list
            : throw new GpuOpsException(
                "InvalidSlurmTres",
                GpuOpsErrorKind.InvalidData,
                $"'{Excerpt.Of(text)}' is not a list of resources. Write it like gpu:2 or gpu:a100:2,shard:4.",
                text);
    }

    /// <summary>Reads a list; false when it is none.</summary>
    /// <param name="text">What Slurm printed.</param>
    /// <param name="list">The entries.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out IReadOnlyList<SlurmTres> list)
    {
        list = [];
        var rest = text.Trim();
        if (rest.IsEmpty || rest is "(null)" or "N/A") return true;

        var entries = new List<SlurmTres>();
        while (true)
        {
            var end = EntryEnd(rest);
            if (end < 0 || !TryEntry(rest[..end].Trim(), out var entry)) return false;
            entries.Add(entry!);
            if (end == rest.Length) break;
            rest = rest[(end + 1)..];
        }

        list = entries;
        return true;
    }

    internal static bool TryAmount(ReadOnlySpan<char> text, bool isMemory, out long count)
    {
        count = 0;
        var end = text.IndexOfAnyExcept(NumberCharacters);
        var digits = end < 0 ? text : text[..end];
        var unit = end < 0 ? default : text[end..];
        var power = unit.Length == 1 ? "KMGTPE".IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal) + 1 : 0;
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]) || (!unit.IsEmpty && power == 0)) return false;
        if (unit.IsEmpty && isMemory) power = 2;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > long.MaxValue / (1L << (10 * power))) return false;
        count = (long)decimal.Round(number * (1L << (10 * power)));
        return true;
    }

    // Commas in brackets belong to the entry.
    private static int EntryEnd(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (text[i] == ',' && depth == 0) return i;
            if (depth < 0) return -1;
        }

        return depth == 0 ? text.Length : -1;
    }

    private static bool TryEntry(ReadOnlySpan<char> text, out SlurmTres? entry)
    {
        entry = null;
        if (text.StartsWith("gres:") || text.StartsWith("gres/")) text = text[5..];
        var details = default(ReadOnlySpan<char>);
        if (text.EndsWith(")") && !text.EndsWith("(null)"))
        {
            var open = text.LastIndexOf('(');
            details = text[(open + 1)..^1];
            text = text[..open];
        }

        var equals = text.IndexOf('=');
        var amount = equals < 0 ? default : text[(equals + 1)..];
        var name = equals < 0 ? text : text[..equals];
        var colon = name.IndexOf(':');
        var type = colon < 0 ? default : name[(colon + 1)..];
        if (colon >= 0) name = name[..colon];
        if (colon >= 0 && type.IsEmpty) return false;
        if (equals < 0)
        {
            var start = AmountStart(type);
            amount = start == type.Length ? "1" : type[start..];
            type = start is 0 ? default : start == type.Length ? type : type[..(start - 1)];
        }

        if (type.EndsWith($":{NoConsume}")) type = type[..^(NoConsume.Length + 1)];
        if (type is "(null)" or NoConsume) type = default;
        if (!IsWord(name, "_-./") || (!type.IsEmpty && !IsWord(type, "_-.+"))) return false;
        if (!TryAmount(amount, name is "mem" or "vmem", out var count)) return false;
        if (!TryDetails(details, out var sockets, out var index)) return false;
        entry = new() { Name = name.ToString(), Type = type.ToString(), Count = count, Sockets = sockets, Index = index, IsTracked = equals >= 0 };
        return true;
    }

    // Where the amount of a100:no_consume:8 begins; behind the text when there is none.
    private static int AmountStart(ReadOnlySpan<char> text)
    {
        var start = text.LastIndexOf(':') + 1;
        return TryAmount(text[start..], false, out _) ? start : text.Length;
    }

    private static bool TryDetails(ReadOnlySpan<char> text, out string sockets, out IReadOnlyList<int> index)
    {
        (sockets, index) = ("", []);
        if (text.IsEmpty) return true;

        var numbers = new List<int>();
        var part = "";
        foreach (var range in text.Split(','))
        {
            var item = text[range].Trim();
            var colon = item.IndexOf(':');
            if (colon >= 0) part = item[..colon].ToString();
            item = item[(colon + 1)..];
            if (part == "S") sockets = sockets.Length == 0 ? item.ToString() : $"{sockets},{item}";
            else if (part == "IDX" && item is not "N/A" && !TryRange(item, numbers)) return false;
        }

        index = numbers;
        return true;
    }

    private static bool TryRange(ReadOnlySpan<char> text, List<int> numbers)
    {
        const int Most = 65536;
        var dash = text.IndexOf('-');
        var from = dash < 0 ? text : text[..dash];
        var to = dash < 0 ? text : text[(dash + 1)..];
        if (!int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last >= Most) return false;
        for (var i = first; i <= last; i++) numbers.Add(i);
        return true;
    }

    private static bool IsWord(ReadOnlySpan<char> text, ReadOnlySpan<char> others)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !others.Contains(c)) return false;
        }

        return !text.IsEmpty;
    }
}

using System.Globalization;
using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Lists of hosts as Slurm writes them: <c>gpu[01-04,07],cpu1</c>, <c>rack[0-1]node[1-8]</c>.</summary>
public static class SlurmHostList
{
    private const int MostHosts = 1_000_000;

    /// <summary>The hosts of a list, in its order.</summary>
    /// <param name="text">What Slurm printed; empty, <c>(null)</c> and <c>None assigned</c> are no host.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmHostList</c>: not a list of hosts, or one of more than a million.</exception>
    public static IReadOnlyList<string> Expand(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hosts = new List<string>();
        var list = text.Trim();
        if (list.Length == 0 || list is "(null)" or "N/A" or "None assigned") return hosts;
        foreach (var item in Items(list)) hosts.AddRange(ExpandItem(item, list, MostHosts - hosts.Count));
        return hosts;
    }

    /// <summary>A short list that <see cref="Expand"/> reads: each host once, and those together that differ in their last number.</summary>
    /// <param name="hosts">The hosts.</param>
    public static string Compress(IEnumerable<string> hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        var groups = hosts.Distinct(StringComparer.Ordinal)
            .Select(static host => (Prefix: host[..^DigitsOf(host)], Number: host[^DigitsOf(host)..]))
            .GroupBy(static host => (host.Prefix, IsNumbered: host.Number.Length > 0));
        return string.Join(",", groups.Select(static group => CompressGroup(group.Key.Prefix, [.. group.Select(static host => host.Number)])));
    }

    private static string CompressGroup(string prefix, List<string> numbers)
    {
        if (numbers is [var only]) return prefix + only;
        numbers.Sort(static (a, b) => (Value(a), a.Length).CompareTo((Value(b), b.Length)));

        var text = new StringBuilder(prefix).Append('[');
        for (var i = 0; i < numbers.Count;)
        {
            var last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == Padded(Value(numbers[last]) + 1, numbers[i].Length)) last++;
            if (i > 0) text.Append(',');
            text.Append(numbers[i]);
            if (last > i) text.Append('-').Append(numbers[last]);
            i = last + 1;
        }

        return text.Append(']').ToString();
    }

    private static string Padded(long number, int width) => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');

    private static long Value(string number) => long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);

    private static int DigitsOf(string host)
    {
        const int MostDigits = 17;
        var start = host.Length;
        while (start > 0 && char.IsAsciiDigit(host[start - 1]) && host.Length - start < MostDigits) start--;
        return host.Length - start;
    }

    private static IEnumerable<string> Items(string list)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= list.Length; i++)
        {
            var c = i < list.Length ? list[i] : ',';
            if (c == '[') depth++;
            if (c == ']') depth--;
            if (depth is < 0 or > 1 || (depth != 0 && i == list.Length)) throw Invalid(list, "its brackets do not match");
            if (c != ',' || depth > 0) continue;
            if (i == start) throw Invalid(list, "a name is missing");
            yield return list[start..i].Trim();
            start = i + 1;
        }
    }

    private static List<string> ExpandItem(string item, string list, int most)
    {
        var hosts = new List<string> { "" };
        for (var rest = item; rest.Length > 0;)
        {
            var open = rest.IndexOf('[', StringComparison.Ordinal);
            var close = rest.IndexOf(']', StringComparison.Ordinal);
            var plain = open < 0 ? rest : rest[..open];
            List<string> numbers = open < 0 ? [""] : Numbers(rest[(open + 1)..close], list);
            if ((long)hosts.Count * numbers.Count > most) throw TooMany(list);
            hosts = [.. hosts.SelectMany(host => numbers.Select(number => host + plain + number))];
            rest = open < 0 ? "" : rest[(close + 1)..];
        }

        return hosts;
    }

    private static List<string> Numbers(string ranges, string list)
    {
        var numbers = new List<string>();
        foreach (var range in ranges.Split(','))
        {
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            var first = dash < 0 ? range : range[..dash];
            if (!TryNumber(first, out var from) || !TryNumber(dash < 0 ? range : range[(dash + 1)..], out var to) || to < from)
                throw Invalid(list, $"'{Excerpt.Of(range)}' is not a range of numbers");
            if (to - from >= MostHosts - numbers.Count) throw TooMany(list);
            for (var i = from; i <= to; i++) numbers.Add(Padded(i, first.Length));
        }

        return numbers;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < long.MaxValue;

    private static GpuOpsException TooMany(string list) => Invalid(list, "it has more than a million hosts");

    private static GpuOpsException Invalid(string list, string problem) => new(
        "InvalidSlurmHostList",
        GpuOpsErrorKind.InvalidArgument,
        $"'{Excerpt.Of(list)}' is not a list of hosts: {problem}. Write it like gpu[01-04,07],cpu1.",
        list);
}

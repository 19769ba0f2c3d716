using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The parts of an id: <c>base [_index | _[indices] | +part] [.step] [;cluster]</c>.</summary>
internal readonly record struct SlurmJobIdShape
{
    // Ids and indices are 32-bit numbers without sign in Slurm.
    private const int MostDigits = 10;

    public int BaseLength { get; private init; }

    /// <summary>The length of the text without step and cluster.</summary>
    public int JobLength { get; private init; }

    public long? Task { get; private init; }

    public long? Component { get; private init; }

    public string? Indices { get; private init; }

    public string? Step { get; private init; }

    public string? Cluster { get; private init; }

    public static bool TryRead(string text, out SlurmJobIdShape shape)
    {
        shape = default;
        var (rest, cluster) = Cut(text, ';');
        if (cluster is not null && !IsName(cluster, "_-.")) return false;

        var at = Digits(rest);
        if (!TryNumber(rest.AsSpan(0, at), out var number) || number == 0) return false;

        var read = new SlurmJobIdShape { BaseLength = at, Cluster = cluster };
        if (at < rest.Length && rest[at] is '_' or '+' && !TrySelection(rest, ref at, ref read)) return false;
        read = read with { JobLength = at };
        if (at < rest.Length)
        {
            var step = rest[(at + 1)..];
            if (rest[at] != '.' || !IsName(step, "+_")) return false;
            read = read with { Step = step };
        }

        shape = read;
        return true;
    }

    internal static bool TryNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        return text.Length is > 0 and <= MostDigits && (text.Length == 1 || text[0] != '0')
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= uint.MaxValue;
    }

    private static bool TrySelection(string text, ref int at, ref SlurmJobIdShape shape)
    {
        var isComponent = text[at++] == '+';
        if (!isComponent && at < text.Length && text[at] == '[')
        {
            var close = text.IndexOf(']', at);
            if (close < 0) return false;
            shape = shape with { Indices = text[(at + 1)..close] };
            at = close + 1;
            return SlurmArrayIndices.IsValid(shape.Indices);
        }

        var length = Digits(text.AsSpan(at));
        if (!TryNumber(text.AsSpan(at, length), out var number)) return false;
        at += length;
        shape = isComponent ? shape with { Component = number } : shape with { Task = number };
        return true;
    }

    private static (string Before, string? After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is var index and >= 0 ? (text[..index], text[(index + 1)..]) : (text, null);

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool IsName(string text, string others) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || others.Contains(c, StringComparison.Ordinal));
}

using System.Globalization;
using GpuOps.Errors;

namespace GpuOps.Values;

/// <summary>
/// Amounts of memory as people write them: <c>512MB</c>, <c>20GB</c>, <c>20GiB</c>, <c>1.5TB</c>. As in NVIDIA's tools
/// and in PowerShell's own <c>20GB</c>, the units are powers of 1024 with and without the <c>i</c>: <c>GB</c> and
/// <c>GiB</c> are both 2^30 bytes. The culture never matters; upper and lower case are the same.
/// </summary>
public static class ByteSize
{
    private const int LongestText = 64;
    private static readonly string[] Prefixes = ["", "K", "M", "G", "T", "P"];

    /// <summary>The accepted forms, for messages and help.</summary>
    public static string Forms => "512MB, 20GB, 20GiB or 1.5TB";

    /// <summary>Reads a size.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="allowZero">Whether nothing at all is an answer.</param>
    /// <returns>Bytes, not negative; fractions are rounded to whole bytes.</returns>
    /// <exception cref="GpuOpsException"><c>InvalidSize</c>: not a size, negative, zero, or too large.</exception>
    public static long Parse(string text, bool allowZero = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problem = Read(text.Trim(), out var bytes);
        if (problem is null && bytes == 0 && !allowZero) problem = "it must be more than nothing";

        return problem is null
            ? bytes
            : throw new GpuOpsException(
                "InvalidSize",
                GpuOpsErrorKind.InvalidArgument,
                $"'{Excerpt.Of(text)}' is not an amount of memory: {problem}. Write it like {Forms}.",
                text);
    }

    /// <summary>Reads a size, zero included; false when it is none.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="bytes">The size in bytes.</param>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        return text is not null && Read(text.Trim(), out bytes) is null;
    }

    /// <summary>Writes a size in the largest unit that shows it exactly, so that <see cref="Parse"/> gives back the same.</summary>
    /// <param name="bytes">Bytes, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static string Format(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var unit = 0;
        while (bytes != 0 && bytes % 1024 == 0 && unit < Prefixes.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{Prefixes[unit]}B");
    }

    private static string? Read(string text, out long bytes)
    {
        bytes = 0;
        if (text.Length == 0) return "it is empty";
        if (text.Length > LongestText) return "it is too long a text";
        if (text[0] is '-' or '\u2212') return "it cannot be negative";

        var number = string.Concat(text.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.'));
        var unit = text[number.Length..].TrimStart(' ');
        if (number.Length == 0 || !char.IsAsciiDigit(number[^1])
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            return "it must begin with a number";
        }

        if (unit.Length == 0) return "the unit is missing";
        var power = PowerOf(unit);
        if (power < 0) return $"'{Excerpt.Of(unit)}' is not a unit";
        try
        {
            bytes = decimal.ToInt64(decimal.Round(count * (1L << (10 * power))));
            return null;
        }
        catch (OverflowException)
        {
            return "it is more than can be counted";
        }
    }

    private static int PowerOf(string unit) => Array.FindIndex(Prefixes, prefix =>
        unit.Equals(prefix + "B", StringComparison.OrdinalIgnoreCase)
        || (prefix.Length > 0 && (unit.Equals(prefix + "iB", StringComparison.OrdinalIgnoreCase)
            || unit.Equals(prefix, StringComparison.OrdinalIgnoreCase))));
}

using System.Globalization;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Values;

/// <summary>
/// Lengths of time as people write them: <c>90s</c>, <c>30m</c>, <c>8h</c>, <c>2d</c>, <c>1d12h</c>, <c>1.5h</c>,
/// <c>250ms</c>, or <c>[d.]hh:mm:ss[.fffffff]</c>. The culture never matters; upper and lower case are the same.
/// </summary>
public static class Duration
{
    private const int LongestText = 64;

    // From long to short: parts must come in this order, and formatting walks it.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>The accepted forms, for messages and help.</summary>
    public static string Forms => "90s, 30m, 8h, 2d, 1d12h, 1.5h, 250ms or 00:30:00";

    /// <summary>Reads a duration.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="allowZero">Whether no time at all is an answer.</param>
    /// <returns>A duration that is not negative.</returns>
    /// <exception cref="GpuOpsException"><c>InvalidDuration</c>: not a duration, negative, zero, or too long.</exception>
    public static TimeSpan Parse(string text, bool allowZero = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problem = Read(text.Trim(), out var value);
        if (problem is null && value == TimeSpan.Zero && !allowZero)
            problem = "it must be longer than nothing";

        return problem is null
            ? value
            : throw new GpuOpsException(
                "InvalidDuration",
                GpuOpsErrorKind.InvalidArgument,
                $"'{Excerpt.Of(text)}' is not a duration: {problem}. Write it like {Forms}.",
                text);
    }

    /// <summary>Reads a duration, zero included; false when it is none.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="value">The duration.</param>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        return text is not null && Read(text.Trim(), out value) is null;
    }

    /// <summary>Writes a duration so that <see cref="Parse"/> gives back the same: <c>1d12h</c>, <c>1m30.5s</c>.</summary>
    /// <param name="value">A duration that is not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative.</exception>
    public static string Format(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        if (value == TimeSpan.Zero) return "0s";

        var text = new StringBuilder();
        var rest = value.Ticks;
        foreach (var (unit, ticks) in Units[..3])
        {
            if (rest < ticks) continue;
            text.Append(CultureInfo.InvariantCulture, $"{rest / ticks}{unit}");
            rest %= ticks;
        }

        if (rest > 0)
        {
            var (ticks, unit) = rest < TimeSpan.TicksPerSecond && text.Length == 0
                ? (TimeSpan.TicksPerMillisecond, "ms")
                : (TimeSpan.TicksPerSecond, "s");
            text.Append(CultureInfo.InvariantCulture, $"{(decimal)rest / ticks:0.#######}{unit}");
        }

        return text.ToString();
    }

    private static string? Read(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text.Length == 0) return "it is empty";
        if (text.Length > LongestText) return "it is too long a text";
        if (text[0] is '-' or '\u2212') return "it cannot be negative";
        try
        {
            var problem = text.Contains(':', StringComparison.Ordinal) ? ReadClock(text, out var ticks) : ReadParts(text, out ticks);
            value = TimeSpan.FromTicks(decimal.ToInt64(decimal.Round(ticks)));
            return problem;
        }
        catch (OverflowException)
        {
            return "it is longer than any clock can count";
        }
    }

    private static string? ReadParts(string text, out decimal ticks)
    {
        ticks = 0;
        var next = 0;
        for (var at = 0; at < text.Length;)
        {
            var number = Take(text, ref at, static c => char.IsAsciiDigit(c) || c == '.');
            while (at < text.Length && text[at] == ' ') at++;
            var unit = Take(text, ref at, char.IsAsciiLetter);
            while (at < text.Length && text[at] == ' ') at++;
            if (!TryNumber(number, out var count)) return number.Length == 0 ? "a number is missing" : $"'{number}' is not a number";
            if (unit.Length == 0) return at < text.Length ? "it has a character that does not belong there" : "the unit is missing";

            var index = Array.FindIndex(Units, u => u.Unit.Equals(unit, StringComparison.OrdinalIgnoreCase));
            if (index < 0) return $"'{unit}' is not a unit";
            if (index < next) return "the units must go from long to short, each once";
            next = index + 1;
            ticks += count * Units[index].Ticks;
        }

        return null;
    }

    private static string? ReadClock(string text, out decimal ticks)
    {
        const string Shape = "with colons it must be hours, minutes and seconds, like 00:30:00";
        ticks = 0;
        var parts = text.Split(':');
        if (parts.Length != 3) return Shape;

        var day = parts[0].Split('.');
        if (day.Length > 2 || !day.All(IsWhole) || !IsWhole(parts[1]) || !TryNumber(parts[2], out var seconds)) return Shape;

        var days = day.Length == 2 ? Whole(day[0]) : 0;
        var (hours, minutes) = (Whole(day[^1]), Whole(parts[1]));
        if (minutes > 59 || seconds >= 60 || (day.Length == 2 && hours > 23)) return Shape;

        ticks = (days * TimeSpan.TicksPerDay) + (hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute)
            + (seconds * TimeSpan.TicksPerSecond);
        return null;

        static bool IsWhole(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);
        static decimal Whole(string part) => decimal.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool TryNumber(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && char.IsAsciiDigit(text[^1]);

    private static string Take(string text, ref int at, Func<char, bool> wanted)
    {
        var start = at;
        while (at < text.Length && wanted(text[at])) at++;
        return text[start..at];
    }
}

using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Lengths of time as Slurm writes them: <c>1-02:03:04</c>, <c>02:03:04</c>, <c>02:03</c> (minutes, seconds).</summary>
public static class SlurmDuration
{
    /// <summary>
    /// Reads a length of time. As in <c>sbatch --time</c>, a lone number is minutes, <c>1-02</c> is a day and two hours.
    /// </summary>
    /// <param name="text">What Slurm printed.</param>
    /// <returns>Null for <c>UNLIMITED</c>, <c>Partition_Limit</c>, <c>INVALID</c>, <c>NOT_SET</c>, <c>N/A</c> and the like.</returns>
    public static TimeSpan? Parse(ReadOnlySpan<char> text)
    {
        var rest = text.Trim();
        var dash = rest.IndexOf('-');
        decimal seconds = 0;
        if (dash >= 0)
        {
            if (!TryPart(rest[..dash], false, out var days)) return null;
            seconds = days * 86400;
            rest = rest[(dash + 1)..];
        }

        Span<Range> parts = stackalloc Range[4];
        var count = rest.Split(parts, ':');
        if (count > 3) return null;

        // After days the parts begin with hours; without, the last one is seconds, and a lone one minutes.
        var first = dash >= 0 ? 0 : count == 1 ? 1 : 3 - count;
        for (var i = 0; i < count; i++)
        {
            var unit = first + i;
            if (!TryPart(rest[parts[i]], unit == 2, out var value)) return null;
            seconds += value * (unit == 0 ? 3600 : unit == 1 ? 60 : 1);
        }

        return seconds < TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;
    }

    /// <summary>Writes a length of time as <c>sbatch --time</c> takes it, rounded up to seconds: <c>1-02:03:04</c>.</summary>
    /// <param name="value">A duration that is not negative.</param>
    public static string Format(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        var seconds = (value.Ticks / TimeSpan.TicksPerSecond) + (value.Ticks % TimeSpan.TicksPerSecond > 0 ? 1 : 0);
        var (days, rest) = Math.DivRem(seconds, 86400);
        var clock = string.Create(CultureInfo.InvariantCulture, $"{rest / 3600:00}:{rest / 60 % 60:00}:{rest % 60:00}");
        return days == 0 ? clock : string.Create(CultureInfo.InvariantCulture, $"{days}-{clock}");
    }

    private static bool TryPart(ReadOnlySpan<char> text, bool isSeconds, out decimal value)
    {
        var style = isSeconds ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
        return decimal.TryParse(text, style, CultureInfo.InvariantCulture, out value) && value < int.MaxValue;
    }
}

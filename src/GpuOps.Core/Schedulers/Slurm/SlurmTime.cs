using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Times as Slurm writes them. With <c>SLURM_TIME_FORMAT=%s</c> every command prints seconds since 1970, which mean the
/// same on a cluster in another time zone and in the hour that autumn has twice; its usual form means the cluster's zone.
/// </summary>
public static class SlurmTime
{
    /// <summary>The value of <c>SLURM_TIME_FORMAT</c> that leaves no doubt.</summary>
    public const string Format = "%s";

    /// <summary>Reads <c>1795582613</c> or <c>2026-11-01T12:00:00</c>.</summary>
    /// <param name="text">What Slurm printed.</param>
    /// <returns>Local time; null for <c>Unknown</c>, <c>N/A</c>, <c>None</c> and the like.</returns>
    public static DateTime? Parse(ReadOnlySpan<char> text)
    {
        // A day before the last that a DateTime holds, for the sake of time zones.
        const long LastSecond = 253402300799 - 86400;
        var trimmed = text.Trim();
        if (long.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return seconds is > 0 and <= LastSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime : null;

        return DateTime.TryParseExact(
            trimmed, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time)
            ? time
            : null;
    }
}

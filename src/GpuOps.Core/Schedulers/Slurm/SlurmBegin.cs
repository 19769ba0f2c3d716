using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The moment at which a job may begin, as <c>sbatch --begin</c> takes it.</summary>
public static class SlurmBegin
{
    /// <summary>
    /// Writes a moment, rounded up to seconds: <c>uts1795602779</c> (seconds since 1970 in UTC, which mean the same in
    /// every time zone) or, when its kind is not specified, <c>2026-11-25T10:30:00</c> by the clock of the host where sbatch runs.
    /// </summary>
    /// <param name="value">The moment.</param>
    public static string Format(DateTime value)
    {
        const long Second = TimeSpan.TicksPerSecond;
        var rest = value.Ticks % Second;
        var whole = rest == 0 || value.Ticks > DateTime.MaxValue.Ticks - Second ? value : value.AddTicks(Second - rest);
        return whole.Kind == DateTimeKind.Unspecified
            ? whole.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"uts{new DateTimeOffset(whole).ToUnixTimeSeconds()}");
    }
}

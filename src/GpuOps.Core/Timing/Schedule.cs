using Cronos;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Timing;

/// <summary>Moments that come again and again: every so often (<c>1h</c>), or by the clock as cron has it (<c>0 9 * * 1-5</c>).</summary>
public sealed class Schedule
{
    private const int FieldsWithSeconds = 6;

    private readonly CronExpression? _cron;

    private Schedule(TimeSpan? period, CronExpression? cron) => (Period, _cron) = (period, cron);

    /// <summary>How long from one moment to the next; null where the clock says it.</summary>
    public TimeSpan? Period { get; }

    /// <summary>Reads a duration, or a line of cron: five fields, six with seconds before them, or <c>@hourly</c> and the like.</summary>
    /// <param name="text">What was written.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSchedule</c>: neither, or a time that never comes.</exception>
    public static Schedule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = text.Trim();
        if (Duration.TryParse(line, out var period) && period > TimeSpan.Zero)
            return new(period, null);
        try
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            var cron = CronExpression.Parse(line, fields == FieldsWithSeconds ? CronFormat.IncludeSeconds : CronFormat.Standard);
            return cron.GetNextOccurrence(DateTime.UnixEpoch) is not null ? new(null, cron) : throw Invalid(text, "it never comes", null);
        }
        catch (CronFormatException fault)
        {
            throw Invalid(text, fault.Message.TrimEnd('.'), fault);
        }
    }

    /// <summary>The next moment: after the one before, and not in the past, so that what was slept through is left out.</summary>
    /// <param name="before">The last moment; null for the first one, which is now where a period says how often.</param>
    /// <param name="time">The clock, whose time zone is that of cron's line.</param>
    /// <returns>Null when there is no more.</returns>
    public DateTimeOffset? Next(DateTimeOffset? before, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetUtcNow();
        if (Period is not { } period)
            return _cron!.GetNextOccurrence(before > now ? before.Value : now, time.LocalTimeZone);
        if (before is not { } last)
            return now;
        return now < last ? last + period : last + (Math.Floor((now - last) / period) + 1) * period;
    }

    private static GpuOpsException Invalid(string text, string why, Exception? cause) => new("InvalidSchedule", GpuOpsErrorKind.InvalidArgument,
        $"'{Excerpt.Of(text)}' is not a schedule: {why}. Write it like 1h, 30m, or as cron does: '0 9 * * 1-5' is 9 o'clock from Monday to Friday.", text, cause);
}

using System.Globalization;

namespace GpuOps.Pools.Usage;

/// <summary>Sums usage records.</summary>
public static class UsageReport
{
    /// <summary>GPU hours between two moments, most first (by day: oldest first).</summary>
    /// <param name="records">The records; one without an end still runs.</param>
    /// <param name="since">What lies before is left out, also of records that began before.</param>
    /// <param name="now">Running records count until here.</param>
    /// <param name="grouping">What to sum by.</param>
    /// <param name="zone">The time zone whose days count.</param>
    public static IReadOnlyList<GpuUsage> Summarize(
        IEnumerable<UsageRecord> records, DateTimeOffset since, DateTimeOffset now, UsageGrouping grouping, TimeZoneInfo zone)
    {
        var slices = records
            .Select(record => new Slice(record, Later(record.Start, since), Earlier(record.End ?? now, now)))
            .Where(slice => slice.Start <= slice.End && (slice.Record.End ?? now) >= since)
            .SelectMany(slice => grouping == UsageGrouping.Day ? Days(slice, zone) : [slice]);
        var groups = slices.GroupBy(slice => grouping switch
        {
            UsageGrouping.User => slice.Record.User,
            UsageGrouping.Gpu => string.Create(CultureInfo.InvariantCulture, $"{slice.Record.Host}/{slice.Record.GpuId}"),
            _ => TimeZoneInfo.ConvertTime(slice.Start, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        });
        var sums = groups.Select(group => Sum(group.Key, [.. group], grouping));
        return grouping == UsageGrouping.Day
            ? [.. sums.OrderBy(sum => sum.Day)]
            : [.. sums.OrderByDescending(sum => sum.GpuHours).ThenBy(sum => sum.User + sum.Gpu, StringComparer.Ordinal)];
    }

    private static GpuUsage Sum(string key, Slice[] slices, UsageGrouping grouping) => new()
    {
        User = grouping == UsageGrouping.User ? key : "",
        Gpu = grouping == UsageGrouping.Gpu ? key : "",
        Day = grouping == UsageGrouping.Day ? DateTime.ParseExact(key, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null,
        GpuHours = slices.Sum(slice => (slice.End - slice.Start).TotalHours * (double)slice.Record.Share),
        Reservations = slices.Select(slice => slice.Record.ReservationId).Distinct().Count(),
        Running = slices.Where(slice => slice.Record.End is null).Select(slice => slice.Record.ReservationId).Distinct().Count(),
        From = slices.Min(slice => slice.Start).LocalDateTime,
        To = slices.Max(slice => slice.End).LocalDateTime,
    };

    private static IEnumerable<Slice> Days(Slice slice, TimeZoneInfo zone)
    {
        for (var start = slice.Start; ;)
        {
            var midnight = TimeZoneInfo.ConvertTime(start, zone).Date.AddDays(1);
            // A day can begin inside a clock change; such a midnight does not exist and the day begins an hour later.
            var next = new DateTimeOffset(midnight, zone.GetUtcOffset(zone.IsInvalidTime(midnight) ? midnight.AddHours(1) : midnight));
            if (next >= slice.End)
            {
                yield return slice with { Start = start };
                yield break;
            }

            yield return slice with { Start = start, End = next };
            start = next;
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private sealed record Slice(UsageRecord Record, DateTimeOffset Start, DateTimeOffset End);
}

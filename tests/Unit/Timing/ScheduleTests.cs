using GpuOps.Errors;
using GpuOps.Timing;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Timing;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("1h", 3600)]
    [InlineData(" 90s ", 90)]
    [InlineData("00:30:00", 1800)]
    public void Every_so_often_begins_now_and_leaves_out_what_was_slept_through(string text, int seconds)
    {
        var clock = Clock("2026-03-01T12:00:00Z");
        var (schedule, period) = (Schedule.Parse(text), TimeSpan.FromSeconds(seconds));
        var begun = schedule.Next(null, clock)!.Value;
        Assert.Equal((clock.GetUtcNow(), period), (begun, schedule.Period));
        Assert.Equal(begun + period, schedule.Next(begun, clock));
        clock.Advance(period / 2);
        Assert.Equal(begun + period, schedule.Next(begun, clock));
        clock.Advance(period * 3);
        Assert.Equal(begun + (period * 4), schedule.Next(begun, clock));
    }

    [Theory]
    [InlineData("0 9 * * 1-5", "2026-03-06T12:00:00+01:00", "2026-03-09T09:00:00+01:00")]
    [InlineData("0 9 * * 1-5", "2026-03-27T12:00:00+01:00", "2026-03-30T09:00:00+02:00")]
    [InlineData("30 0 9 * * *", "2026-03-06T09:00:29+01:00", "2026-03-06T09:00:30+01:00")]
    [InlineData("@hourly", "2026-03-06T12:00:00+01:00", "2026-03-06T13:00:00+01:00")]
    // The clock goes from 2:00 to 3:00, and from 3:00 back to 2:00.
    [InlineData("30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00")]
    [InlineData("30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00")]
    [InlineData("30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00")]
    public void By_the_clock_counts_local_time(string text, string now, string next)
    {
        var schedule = Schedule.Parse(text);
        Assert.Null(schedule.Period);
        Assert.Equal(At(next), schedule.Next(null, Clock(now)));
        Assert.Equal(At(next), schedule.Next(At(now), Clock(now)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("hourly")]
    [InlineData("61 * * * *")]
    [InlineData("* * * *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 9 * * 1-5 2026 7")]
    public void What_is_no_schedule_is_refused_with_how_to_write_one(string text)
    {
        var fault = Assert.Throws<GpuOpsException>(() => Schedule.Parse(text));
        Assert.Equal(("InvalidSchedule", GpuOpsErrorKind.InvalidArgument), (fault.Id, fault.Kind));
        Assert.Contains("Write it like 1h", fault.Message, StringComparison.Ordinal);
    }

    private static FakeTimeProvider Clock(string now)
    {
        var clock = new FakeTimeProvider(At(now));
        clock.SetLocalTimeZone(Berlin);
        return clock;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, null);
}

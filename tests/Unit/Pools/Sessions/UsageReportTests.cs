using GpuOps.Pools;
using GpuOps.Pools.Usage;

namespace GpuOps.Unit.Pools.Sessions;

public sealed class UsageReportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_running_reservation_counts_until_now_and_a_share_by_its_part()
    {
        var sums = UsageReport.Summarize(
            [Used("r1", 0, "ann", -3, null), Used("r2", 1, "bob", -4, -2) with { Share = 0.25m }], Noon.AddDays(-1), Noon, UsageGrouping.User, TimeZoneInfo.Utc);
        Assert.Equal([("ann", 3.0, 1), ("bob", 0.5, 0)], sums.Select(sum => (sum.User, sum.GpuHours, sum.Running)));
    }

    [Fact]
    public void What_lies_before_the_time_looked_at_does_not_count()
    {
        var sums = UsageReport.Summarize(
            [Used("r1", 0, "ann", -30, -1), Used("r2", 0, "ann", -60, -40)], Noon.AddHours(-2), Noon, UsageGrouping.Gpu, TimeZoneInfo.Utc);
        Assert.Equal(("box/0", 1.0, 1), sums.Select(sum => (sum.Gpu, sum.GpuHours, sum.Reservations)).Single());
    }

    [Fact]
    public void A_reservation_over_midnight_counts_on_both_days_also_when_the_clocks_change()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test", "summer",
            [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 29),
                TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 25))]);
        var start = new DateTimeOffset(2026, 3, 28, 22, 0, 0, TimeSpan.FromHours(1));
        var used = new UsageRecord { ReservationId = "r", Host = "box", GpuId = 0, User = "ann", Start = start, End = start.AddHours(27) };
        var sums = UsageReport.Summarize([used], start.AddDays(-1), start.AddDays(3), UsageGrouping.Day, zone);
        Assert.Equal([2.0, 23.0, 2.0], sums.Select(sum => sum.GpuHours));
    }

    private static UsageRecord Used(string id, int gpu, string user, double from, double? to) => new()
    {
        ReservationId = id,
        Host = "box",
        GpuId = gpu,
        User = user,
        Start = Noon.AddHours(from),
        End = to is { } end ? Noon.AddHours(end) : null,
    };
}

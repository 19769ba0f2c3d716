using GpuOps.Timing;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Timing;

public sealed class DeadlineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(400)]
    public void It_is_over_after_any_number_of_days_and_not_before(int days)
    {
        var time = new FakeTimeProvider();
        using var deadline = new Deadline(TimeSpan.FromDays(days), time);
        time.Advance(TimeSpan.FromDays(days) - TimeSpan.FromSeconds(1));
        Assert.False(deadline.IsOver);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(deadline.Token.IsCancellationRequested);
    }

    [Fact]
    public void Without_a_length_it_is_never_over()
    {
        var time = new FakeTimeProvider();
        using var deadline = new Deadline(null, time);
        time.Advance(TimeSpan.FromDays(10_000));
        Assert.False(deadline.IsOver);
    }
}

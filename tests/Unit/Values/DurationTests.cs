using CsCheck;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Unit.Values;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90s", "00:01:30")]
    [InlineData("30m", "00:30:00")]
    [InlineData("8h", "08:00:00")]
    [InlineData("2d", "2.00:00:00")]
    [InlineData("1d12h", "1.12:00:00")]
    [InlineData("1d 12h", "1.12:00:00")]
    [InlineData("1.5h", "01:30:00")]
    [InlineData(" 5 M ", "00:05:00")]
    [InlineData("250ms", "00:00:00.25")]
    [InlineData("00:30:00", "00:30:00")]
    [InlineData("36:00:00", "1.12:00:00")]
    [InlineData("1.02:03:04.5", "1.02:03:04.5")]
    public void Reads_what_people_write(string text, string expected) =>
        Assert.Equal(TimeSpan.Parse(expected, null), Duration.Parse(text));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("90", "unit is missing")]
    [InlineData("1.5", "unit is missing")]
    [InlineData("-5m", "negative")]
    [InlineData("−5m", "negative")]
    [InlineData("0s", "longer than nothing")]
    [InlineData("00:00:00", "longer than nothing")]
    [InlineData("5m1h", "from long to short")]
    [InlineData("5m5m", "from long to short")]
    [InlineData("5x", "'x' is not a unit")]
    [InlineData("8 hours", "'hours' is not a unit")]
    [InlineData("1,5h", "does not belong")]
    [InlineData("h", "number is missing")]
    [InlineData("1.h", "not a number")]
    [InlineData("1.2.3h", "not a number")]
    [InlineData("٣h", "number is missing")]
    [InlineData("1:30", "hours, minutes and seconds")]
    [InlineData("1.24:00:00", "hours, minutes and seconds")]
    [InlineData("00:60:00", "hours, minutes and seconds")]
    [InlineData("99999999999d", "longer than any clock")]
    [InlineData("9999999999999999999999999999999999999999d", "not a number")]
    public void Refuses_what_is_none_and_shows_the_forms(string text, string why)
    {
        var error = Assert.Throws<GpuOpsException>(() => Duration.Parse(text));

        Assert.Equal("InvalidDuration", error.Id);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains(Duration.Forms, error.Message, StringComparison.Ordinal);
        Assert.Contains(text.Trim(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_is_read_where_it_is_allowed() => Assert.Equal(TimeSpan.Zero, Duration.Parse("0s", allowZero: true));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(129_600_000, "1d12h")]
    [InlineData(250, "250ms")]
    [InlineData(60_500, "1m0.5s")]
    public void Writes_it_short(long milliseconds, string expected) =>
        Assert.Equal(expected, Duration.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Reading_gives_back_what_was_written() =>
        Gen.Long[0, long.MaxValue].Select(TimeSpan.FromTicks).Sample(value => Duration.Parse(Duration.Format(value), allowZero: true) == value);

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789.:-dhms "], 0, 20]).Sample(Reads_or_refuses);

    private static void Reads_or_refuses(string text)
    {
        var isDuration = Duration.TryParse(text, out var value);
        Assert.True(value >= TimeSpan.Zero);
        if (isDuration)
            Assert.Equal(value, Duration.Parse(text, allowZero: true));
        else
            Assert.Throws<GpuOpsException>(() => Duration.Parse(text, allowZero: true));
    }
}

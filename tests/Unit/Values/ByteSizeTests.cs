using CsCheck;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Unit.Values;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("512MB", 512L << 20)]
    [InlineData("20GB", 20L << 30)]
    [InlineData("20GiB", 20L << 30)]
    [InlineData("20 gb", 20L << 30)]
    [InlineData("20G", 20L << 30)]
    [InlineData("1.5TB", 3L << 39)]
    [InlineData("1KB", 1024)]
    [InlineData("77B", 77)]
    [InlineData("2PiB", 2L << 50)]
    public void Reads_powers_of_1024(string text, long expected) => Assert.Equal(expected, ByteSize.Parse(text));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("20", "unit is missing")]
    [InlineData("-1GB", "negative")]
    [InlineData("0GB", "more than nothing")]
    [InlineData("0.1B", "more than nothing")]
    [InlineData("GB", "begin with a number")]
    [InlineData("1.GB", "begin with a number")]
    [InlineData("1,5GB", "not a unit")]
    [InlineData("5XB", "'XB' is not a unit")]
    [InlineData("5iB", "'iB' is not a unit")]
    [InlineData("9000PB", "more than can be counted")]
    public void Refuses_what_is_none_and_shows_the_forms(string text, string why)
    {
        var error = Assert.Throws<GpuOpsException>(() => ByteSize.Parse(text));

        Assert.Equal("InvalidSize", error.Id);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains(ByteSize.Forms, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1L << 30, "1GB")]
    [InlineData(3L << 29, "1536MB")]
    [InlineData(long.MaxValue, "9223372036854775807B")]
    public void Writes_it_exactly(long bytes, string expected) => Assert.Equal(expected, ByteSize.Format(bytes));

    [Fact]
    public void Reading_gives_back_what_was_written() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.Int[0, 62]).Sample((bytes, shift) =>
            ByteSize.Parse(ByteSize.Format(bytes >> shift << (shift / 2)), allowZero: true) == bytes >> shift << (shift / 2));

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789.-KMGTPiB "], 0, 12]).Sample(text =>
        {
            var isSize = ByteSize.TryParse(text, out var bytes);
            Assert.True(bytes >= 0);
            if (!isSize) Assert.Throws<GpuOpsException>(() => ByteSize.Parse(text, allowZero: true));
        });
}

using CsCheck;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmDurationTests
{
    [Theory]
    [InlineData("1-02:03:04", 93784)]
    [InlineData("365-00:00:00", 31536000)]
    [InlineData("02:03:04", 7384)]
    [InlineData("2:00:00", 7200)]
    [InlineData("02:03", 123)]
    [InlineData("0:00", 0)]
    [InlineData("00:01.5", 1.5)]
    [InlineData("30", 1800)]
    [InlineData("1-02", 93600)]
    [InlineData("1-02:03", 93780)]
    public void Reads_a_length_of_time(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), SlurmDuration.Parse(text));

    [Theory]
    [InlineData("UNLIMITED")]
    [InlineData("Partition_Limit")]
    [InlineData("INVALID")]
    [InlineData("NOT_SET")]
    [InlineData("N/A")]
    [InlineData("")]
    [InlineData("-1:00")]
    [InlineData("1-")]
    [InlineData("1:2:3:4")]
    [InlineData("1-2:3:4:5")]
    [InlineData("1:x")]
    [InlineData("99999999999999999999-00:00:00")]
    public void What_is_no_length_of_time_is_null(string text) => Assert.Null(SlurmDuration.Parse(text));

    [Fact]
    public void What_it_writes_it_reads() => Gen.Long[0, 400L * 86400 * 365].Sample(static seconds =>
        SlurmDuration.Parse(SlurmDuration.Format(TimeSpan.FromSeconds(seconds))) == TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Parts_of_a_second_are_rounded_up() => Assert.Equal("00:00:02", SlurmDuration.Format(TimeSpan.FromSeconds(1.1)));
}

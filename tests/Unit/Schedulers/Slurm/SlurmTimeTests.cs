using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmTimeTests
{
    [Fact]
    public void Reads_seconds_and_the_usual_form()
    {
        Assert.Equal(SlurmFixture.Local(1795582613), SlurmTime.Parse("1795582613"));
        Assert.Equal(DateTimeKind.Local, SlurmTime.Parse("1795582613")!.Value.Kind);
        Assert.Equal(new DateTime(2026, 11, 1, 12, 0, 0, DateTimeKind.Local), SlurmTime.Parse("2026-11-01T12:00:00"));
    }

    [Theory]
    [InlineData("Unknown")]
    [InlineData("N/A")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("2026-13-01T12:00:00")]
    [InlineData("99999999999999")]
    public void What_is_no_time_is_null(string text) => Assert.Null(SlurmTime.Parse(text));

    [Theory]
    [InlineData("4000M", 4000L << 20, null)]
    [InlineData("4Gn", 4L << 30, false)]
    [InlineData("4Gc", 4L << 30, true)]
    [InlineData("0", 0L, null)]
    [InlineData("1000", 1000L << 20, null)]
    [InlineData("1.50T", 3L << 39, null)]
    public void Reads_memory(string text, long bytes, bool? perCpu) => Assert.Equal(new SlurmMemory(bytes, perCpu), SlurmMemory.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("n")]
    [InlineData("4X")]
    public void What_is_no_memory_is_null(string text) => Assert.Null(SlurmMemory.Parse(text));
}

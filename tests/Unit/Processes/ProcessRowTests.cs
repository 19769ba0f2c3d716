using System.Text;
using GpuOps.Processes;

namespace GpuOps.Unit.Processes;

/// <summary>What <c>/proc/PID/stat</c> says, as Linux 6.1 wrote it.</summary>
public sealed class ProcessRowTests
{
    private const string Rest = " 34816 4121 4194304 96 0 0 0 0 0 0 0 20 0 1 0 8213354 5566464 234 18446744073709551615 94 94 140 0 0 0 0 0 0 1 0 0 17 1 0 0 0 0 0 94 94 94 140 140 140 140 0";

    [Theory]
    [InlineData("sleep")]
    [InlineData("a b")]
    [InlineData("evil) Z 1 1 1 (")]
    [InlineData("\n")]
    [InlineData("")]
    public void The_name_may_be_anything(string name) =>
        Assert.Equal(new ProcessRow(4121, 4100, 4121, 4099, 8213354, IsDead: false), Parse($"4121 ({name}) S 4100 4121 4099{Rest}\n"));

    [Theory]
    [InlineData("Z", true)]
    [InlineData("X", true)]
    [InlineData("D", false)]
    [InlineData("R", false)]
    [InlineData("T", false)]
    public void A_zombie_is_dead(string state, bool isDead) => Assert.Equal(isDead, Parse($"4121 (sh) {state} 4100 4121 4099{Rest}\n")!.Value.IsDead);

    [Fact]
    public void A_negative_field_is_a_number_too() => Assert.Equal(-1, Parse($"2 (kthreadd) S 0 -1 0{Rest}")!.Value.Group);

    [Theory]
    [InlineData("")]
    [InlineData("4121 (sh")]
    [InlineData("4121 (sh)")]
    [InlineData("4121 (sh) S 4100")]
    [InlineData("x (sh) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7 0")]
    public void What_makes_no_sense_is_none(string stat) => Assert.Null(Parse(stat));

    private static ProcessRow? Parse(string stat) => ProcessRow.Parse(Encoding.UTF8.GetBytes(stat));
}

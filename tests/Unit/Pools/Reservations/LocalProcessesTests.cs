using System.Diagnostics;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;

namespace GpuOps.Unit.Pools.Reservations;

public sealed class LocalProcessesTests
{
    [Theory]
    [InlineData("1 (init) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 77 0", 77L)]
    [InlineData("9 (a (b) Z 1) R 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 5 0", 5L)]
    [InlineData("9 (gone) Z 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 5 0", null)]
    [InlineData("9 (cut", null)]
    public void The_start_time_is_read_behind_any_program_name_and_a_zombie_has_none(string stat, long? start) =>
        Assert.Equal(start, LocalProcesses.ParseStartTime(stat));

    [Fact]
    public void A_process_is_gone_when_it_has_ended_even_before_it_is_reaped()
    {
        using var process = Process.Start("sleep", "100");
        var identity = LocalProcesses.Identify(process.Id)!;
        Assert.False(LocalProcesses.IsGone(identity));
        process.Kill();
        process.WaitForExit();
        Assert.True(LocalProcesses.IsGone(identity));
    }

    [Fact]
    public void Of_another_machine_nothing_is_known() =>
        Assert.False(LocalProcesses.IsGone(new ProcessIdentity("elsewhere/pid:[1]", int.MaxValue, 1)));
}

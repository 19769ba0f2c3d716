using System.Diagnostics;
using GpuOps.Processes;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Processes;

/// <summary>Asks once, then kills, then gives up, by a clock of the test's.</summary>
public sealed class ProcessEndingTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("trap 'echo INT; exit 1' INT; trap 'echo TERM; exit 1' TERM", "INT")]
    [InlineData("trap '' INT; trap 'echo TERM; exit 1' TERM", "TERM")]
    public async Task Asks_by_a_signal_that_is_not_ignored(string traps, string heard)
    {
        using var program = Start($"{traps}; echo ready; while :; do sleep 0.01; done");
        await ReadAsync(program, "ready");
        new ProcessEnding(Grace, _time).Step([program.Id], []);
        await ReadAsync(program, heard);
    }

    [Fact]
    public async Task Asks_once_then_kills_then_knows_that_it_is_hopeless()
    {
        using var program = Start("n=0; trap 'n=$((n+1)); echo asked $n' INT TERM; echo ready; while :; do sleep 0.01; done");
        await ReadAsync(program, "ready");
        var ending = new ProcessEnding(Grace, _time);
        ending.Step([program.Id], []);
        await ReadAsync(program, "asked 1");
        _time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        ending.Step([program.Id], []);
        Assert.Equal((false, TimeSpan.FromMilliseconds(1)), (ending.IsKilling, ending.Rest));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(ending.IsKilling);
        ending.Step([program.Id], []);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(128 + 9, program.ExitCode);
        Assert.Null(await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.False(ending.IsHopeless);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(ending.IsHopeless);
    }

    private static Process Start(string script) => Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;

    private static async Task ReadAsync(Process program, string line) =>
        Assert.Equal(line, await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
}

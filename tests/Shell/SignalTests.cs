using System.Runtime.InteropServices;

namespace GpuOps.ShellTests;

public sealed class SignalTests(ShellRig rig) : IClassFixture<ShellRig>
{
    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public async Task A_signal_stops_the_script_and_its_cleanup_runs(PosixSignal signal, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals");
        using ShellProcess process = rig.Start(
            "try { 'ready'; while ($true) { } } finally { [Console]::Out.WriteLine('cleaned up') } 'not this'");
        await process.Says("ready");
        process.Signal(signal);
        ShellResult result = await process.End();
        Assert.Equal("cleaned up\n", result.Output);
        Assert.Equal(expected, result.ExitCode);
    }

    [Fact]
    public async Task A_second_one_ends_the_program()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals");
        using ShellProcess process = rig.Start(
            "try { 'ready'; while ($true) { } } finally { [Console]::Out.WriteLine('stopping'); [Threading.Thread]::Sleep(-1) }");
        await process.Says("ready");
        process.Signal(PosixSignal.SIGINT);
        await process.Says("stopping");
        process.Signal(PosixSignal.SIGINT);
        Assert.Equal(130, await process.ExitCode());
    }

    [Fact]
    public async Task The_request_to_end_reaches_a_native_command()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "children are found through /proc");
        using ShellProcess process = rig.Start("sh -c 'echo ready; exec sleep 600'; 'not this'");
        await process.Says("ready");
        process.Signal(PosixSignal.SIGTERM);
        ShellResult result = await process.End();
        Assert.Empty(result.Output);
        Assert.Equal(143, result.ExitCode);
    }
}

using System.Globalization;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Programs that ignore the request to end, under a gpuops whose user is impatient: no GPU is free before they are gone.</summary>
public sealed class StubbornProgramTests
{
    private const string Stub = "trap 'echo asked to end' INT; trap '' TERM; echo $$; while :; do sleep 0.1; done";

    [Theory]
    // The time is up, and Ctrl+C comes while the program has its grace.
    [InlineData("Invoke-GpuCommand -Duration 1s { $p = Begin; [Threading.Thread]::Sleep(1500) }", 1)]
    // Twice Ctrl+C: the second ends gpuops while the session still cleans up.
    [InlineData("Invoke-GpuCommand { $p = Begin; [Threading.Thread]::Sleep(-1) }", 2)]
    public void Are_gone_before_their_gpu_is_free(string command, int interrupts)
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var child = Child.Start("env", "GPUOPS_COMMAND_GRACE=3s", BuiltModule.Program, "-NonInteractive", $$"""
            function Begin {
                $info = [Diagnostics.ProcessStartInfo]::new('sh')
                $info.ArgumentList.Add('-c'); $info.ArgumentList.Add("{{Stub.Replace("$$", "`$`$", StringComparison.Ordinal)}}")
                [Diagnostics.Process]::Start($info)
            }
            {{command.Replace("Invoke-GpuCommand", $"Invoke-GpuCommand -Backend '{store.Uri}'", StringComparison.Ordinal)}}
            """);
        var program = int.Parse(child.ReadLine()!, CultureInfo.InvariantCulture);
        Wait.Until(() => interrupts > 1 || child.ReadLine() == "asked to end", "the time is up");
        for (var time = 0; time < interrupts; time++)
        {
            child.Signal("INT");
        }

        session.Run("$r = Request-GpuReservation").Clean();
        Assert.False(Directory.Exists($"/proc/{program}"), "The GPU was given out under a running program.");
        child.Finish();
    }
}

using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

namespace GpuOps.Hosted;

/// <summary>A command on a real terminal, which util-linux's <c>script</c> gives to gpuops.</summary>
public sealed class TerminalTests
{
    private const string Terminal = "/usr/bin/script";

    private const string Asks = "test -t 0 && test -t 1 && test -t 2 && echo ask && read answer </dev/tty && echo got $answer";

    [Theory]
    [InlineData($"{{ sh -c '{Asks}' }}")]
    [InlineData($"-FilePath sh -ArgumentList '-c', '{Asks}'")]
    public void A_native_command_keeps_the_terminal(string command)
    {
        var missing = OperatingSystem.IsLinux() && File.Exists(Terminal) ? null : $"{Terminal} of util-linux is not installed";
        Assert.False(missing is not null && RigFiles.AreRequired, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        using var store = new Store();
        var file = Path.Combine(store.Folder, "terminal.ps1");
        File.WriteAllText(file, $"Initialize-GpuPool -Count 1 -Backend '{store.Uri}' | Out-Null; Invoke-GpuCommand -Backend '{store.Uri}' {command}");
        using var child = Child.Start(Terminal, "-qefc", $"exec {BuiltModule.Program} -NonInteractive -File {file}", "/dev/null");
        while (child.ReadLine() is { } line && line.Trim() != "ask")
        {
            Assert.DoesNotContain("rror", line, StringComparison.Ordinal);
        }

        child.Write("me\n");
        Assert.Contains("got me", child.Finish().Output, StringComparison.Ordinal);
    }
}

namespace GpuOps.ShellTests;

/// <summary>The conversation on a real terminal, which util-linux's <c>script</c> gives the program.</summary>
public sealed class InteractiveTests(ShellRig rig) : IClassFixture<ShellRig>
{
    private const string Terminal = "/usr/bin/script";

    // The editor writes the prompt again with every key, so what is waited for is each command's own output; what is
    // typed before the next prompt waits in the terminal.
    [Fact]
    public async Task Commands_are_run_recalled_completed_and_stopped()
    {
        using ShellProcess process = Start();
        await process.Shows("PS ");

        await process.Types("6 * 7\r");
        await process.Shows("42");

        await process.Types("foreach ($i in 1) {\r");
        await process.Shows(">> ");
        await process.Types("\"got $($i + 70)\" }\r");
        await process.Shows("got 71");

        await process.Types("\x1b[A\x1b[A\r");
        await process.Shows("42");

        await process.Types("Get-Tri\t -Count 1\r");
        await process.Shows("Zoë");

        await process.Types("'be' + 'gun'; while ($true) { }\r");
        await process.Shows("begun");
        await process.Types("\x03");

        await process.Types("exit 3\r");
        Assert.Equal(3, await process.ExitCode());
    }

    // The answer is read key by key: neither is it shown, nor has Ctrl+C to wait for Enter.
    [Fact]
    public async Task A_question_hides_a_secret_and_ends_at_once_with_the_command()
    {
        using ShellProcess process = Start();
        await process.Shows("PS ");

        await process.Types("'as' + 'ks'; $s = $Host.UI.ReadLineAsSecureString(); \"read $($s.Length)\"\r");
        await process.Shows("asks");
        await process.Types("open sesamx\u007fe\r");
        Assert.DoesNotContain("sesam", await process.Shows("read 11"), StringComparison.Ordinal);

        await process.Types("'as' + 'ks'; $t = $Host.UI.ReadLine(); \"typed $t\"\r");
        await process.Shows("asks");
        await process.Types("me\r");
        await process.Shows("typed me");

        await process.Types("'as' + 'ks'; $null = $Host.UI.ReadLineAsSecureString(); 'not' + 'reached'\r");
        await process.Shows("asks");
        await process.Types("\x03");
        Assert.DoesNotContain("notreached", await process.Shows("PS "), StringComparison.Ordinal);

        await process.Types("exit 3\r");
        Assert.Equal(3, await process.ExitCode());
    }

    private ShellProcess Start()
    {
        string? missing = !OperatingSystem.IsLinux() ? "only Linux' script takes a command"
            : !File.Exists(Terminal) ? $"{Terminal} is not installed" : null;
        if (missing is not null && Environment.GetEnvironmentVariable("GPUOPS_REQUIRE_RIGS") == "1")
            Assert.Fail(missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
        // exec: a shell left between the terminal and the program would itself end at Ctrl+C.
        return new ShellProcess(Terminal, ["-qefc", $"exec {rig.Program}", "/dev/null"], rig.Folder);
    }
}

using System.Diagnostics;
using GpuOps.Channels.OpenSsh;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The processes and files of a control master: how they come, and that they never stay.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class OpenSshMasterTests : IDisposable
{
    private const string HoldVariable = "GPUOPS_TEST_HOLD";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ssh")]
    [InlineData("sh")]
    public async Task A_master_that_is_killed_leaves_the_fate_of_a_running_command_unknown_and_the_next_gets_another(string victim)
    {
        await using var rig = await StartAsync();
        var options = ChannelKind.Options(rig.Destination(), _folder.Path);
        await using var channel = new OpenSshChannel(options);
        var id = Path.Combine(rig.Folder, "id");
        var run = channel.RunAsync(Sh("echo x >> \"$1\"; exec sleep 30", id), Token);
        await UntilExistsAsync(id);

        foreach (var process in ProcessesWith(options.ConfigurationFile!).Where(process => process.ProcessName == victim))
            process.Kill();
        if (victim == "ssh")
            Assert.Equal("ChannelLost", (await Assert.ThrowsAsync<GpuOpsException>(() => run)).Id);

        Assert.Equal("x\n", (await channel.RunAsync(Sh("cat \"$1\"", id), Token)).OutputText);
    }

    [Fact]
    public async Task A_master_that_was_killed_is_not_noticed_by_the_next_command()
    {
        await using var rig = await StartAsync();
        var options = ChannelKind.Options(rig.Destination(), _folder.Path);
        await using var channel = new OpenSshChannel(options);
        await channel.RunAsync(Sh("true"), Token);

        foreach (var process in ProcessesWith(options.ConfigurationFile!).Where(process => process.ProcessName == "ssh"))
            process.Kill();

        var count = Path.Combine(rig.Folder, "count");
        Assert.Equal(0, (await channel.RunAsync(Sh("echo x >> \"$1\"", count), Token)).ExitCode);
        Assert.Equal("x\n", await File.ReadAllTextAsync(count, Token));
    }

    [Fact]
    public async Task No_process_is_in_our_session_or_left_when_the_channel_is_closed()
    {
        await using var rig = await StartAsync();
        var options = ChannelKind.Options(rig.Destination(), _folder.Path);
        await using (var channel = new OpenSshChannel(options))
        {
            await channel.RunAsync(Sh("true"), Token);
            var master = Assert.Single(ProcessesWith(options.ConfigurationFile!), process => process.ProcessName == "ssh");
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var ready = Path.Combine(rig.Folder, "ready");
            var run = channel.RunAsync(Sh("touch \"$1\"; exec sleep 30", ready), giveUp.Token);
            await UntilExistsAsync(ready);
            // Ctrl+C at the terminal goes to all of its session: a command could not be ended over a connection that it took.
            var socket = CommandLine(master.Id).Split('\0').SkipWhile(word => word != "-S").ElementAt(1);
            Assert.All(ProcessesWith(socket), process => Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(process.Id)));
            Assert.Equal(4, ProcessesWith(socket).Count);
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        Assert.Empty(ProcessesWith(options.ConfigurationFile!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_outlives_a_process_that_is_killed(bool whileAsking)
    {
        await using var jump = await StartAsync();
        await using var rig = await StartAsync();
        var destination = rig.Destination() with { JumpHosts = [jump.Destination()] };
        if (whileAsking)
        {
            var key = Path.Combine(rig.Folder, "locked");
            await SshdRig.KeygenAsync(key, "secret");
            jump.Authorize(key);
            destination = destination with { JumpHosts = [jump.Destination() with { IdentityFiles = [key] }] };
        }

        var options = ChannelKind.Options(destination, _folder.Path);
        var temporary = Directory.CreateDirectory(Path.Combine(_folder.Path, "t")).FullName;
        var ready = Path.Combine(_folder.Path, "ready");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "GpuOps.Unit"), ["-explicit", "only", "-method", $"*{nameof(Holds_a_channel_until_it_is_killed)}"]) { RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = temporary;
        start.Environment[HoldVariable] = $"{options.Name}\n{options.ConfigurationFile}\n{ready}";
        using var child = Process.Start(start)!;
        try
        {
            await UntilExistsAsync(ready);
            Assert.NotEmpty(Directory.GetDirectories(temporary, "gpuops-ssh-*"));
            Assert.NotEmpty(ProcessesWith(temporary));
        }
        finally
        {
            child.Kill();
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (ProcessesWith(temporary).Count > 0 || Directory.GetDirectories(temporary, "gpuops-ssh-*").Length > 0)
            await timer.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>Not a test but the process that another test kills.</summary>
    [Fact(Explicit = true)]
    public async Task Holds_a_channel_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(HoldVariable)?.Split('\n') is not [var name, var file, var ready])
            return;
        var dialog = new SshDialog
        {
            Ask = async (_, over) =>
            {
                await File.WriteAllTextAsync(ready, "", over);
                await Task.Delay(Timeout.Infinite, over);
                return null;
            },
        };
        await using var channel = new OpenSshChannel(new OpenSshOptions(name) { ConfigurationFile = file }, dialog);
        await channel.RunAsync(Sh("touch \"$1\"; exec cat", ready) with { Input = new byte[1] }, Token);
        await Task.Delay(Timeout.Infinite, Token);
    }

    [Fact]
    public async Task Giving_up_at_a_question_ends_all_at_once()
    {
        await using var rig = await StartAsync();
        var key = Path.Combine(rig.Folder, "locked");
        await SshdRig.KeygenAsync(key, "secret");
        rig.Authorize(key);
        var options = ChannelKind.Options(rig.Destination() with { IdentityFiles = [key] }, _folder.Path);
        var asked = new TaskCompletionSource();
        var dialog = new SshDialog { Ask = async (_, over) => { asked.SetResult(); await Task.Delay(Timeout.Infinite, over); return null; } };
        await using var channel = new OpenSshChannel(options, dialog);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = channel.RunAsync(Sh("true"), giveUp.Token);
        await asked.Task.WaitAsync(Token);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Empty(ProcessesWith(options.ConfigurationFile!));
    }

    [Fact]
    public async Task A_host_on_the_way_asks_too_and_no_answer_is_not_asked_for_again()
    {
        await using var jump = await StartAsync();
        await using var rig = await StartAsync();
        var key = Path.Combine(rig.Folder, "locked");
        await SshdRig.KeygenAsync(key, "it's $ecret");
        jump.Authorize(key);
        var options = ChannelKind.Options(rig.Destination() with { JumpHosts = [jump.Destination() with { IdentityFiles = [key] }] }, _folder.Path);
        List<SshPrompt> asked = [];
        string? answer = null;
        var dialog = new SshDialog { Ask = (prompt, _) => { asked.Add(prompt); return Task.FromResult(answer); } };
        await using var channel = new OpenSshChannel(options, dialog);

        var fault = await channel.FaultAsync();
        Assert.Equal("SshAuthenticationFailed", fault.Id);
        Assert.Contains($"{jump.Port}", $"{fault.Target}", StringComparison.Ordinal);
        Assert.Contains(key, Assert.Single(asked).Text, StringComparison.Ordinal);

        answer = "it's $ecret";
        Assert.Equal(0, (await channel.RunAsync(Sh("true"), Token)).ExitCode);
    }

    [Fact]
    public async Task An_unknown_key_is_not_taken_unasked_on_any_hop_whatever_the_configuration_says()
    {
        await using var jump = await StartAsync();
        await using var rig = await StartAsync();
        var knownJump = jump.Destination();
        var unknown = Path.Combine(_folder.Path, "unknown");

        var fault = await FaultOfAsync(rig.Destination() with { UserKnownHostsFiles = [unknown] });
        Assert.Equal("HostKeyUnknown", fault.Id);
        fault = await FaultOfAsync(rig.Destination() with { JumpHosts = [knownJump with { UserKnownHostsFiles = [unknown] }] });
        Assert.Equal("HostKeyUnknown", fault.Id);
        Assert.Contains($"{jump.Port}", $"{fault.Target}", StringComparison.Ordinal);
        Assert.False(File.Exists(unknown));
    }

    [Fact]
    public async Task Of_several_jump_hosts_the_one_that_fails_is_named()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await using var third = await StartAsync();
        await using var target = await StartAsync();
        var way = target.Destination() with { JumpHosts = [first.Destination(), second.Destination(), third.Destination()] };
        await using (var channel = new OpenSshChannel(ChannelKind.Options(way, _folder.Path)))
            await channel.ConnectAsync(Token);

        await third.KillAsync();
        var fault = await FaultOfAsync(way);
        Assert.Equal("SshProxyFailed", fault.Id);
        Assert.Contains($"{second.Port} does not lead to", fault.Message, StringComparison.Ordinal);
        Assert.Contains($":{third.Port}:", fault.Message, StringComparison.Ordinal);

        await first.KillAsync();
        fault = await FaultOfAsync(way);
        Assert.Equal("SshProxyFailed", fault.Id);
        Assert.Contains($"{first.Port} does not lead to anywhere", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Connection refused", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_ssh_refuses_and_a_program_that_is_not_there_are_named()
    {
        var file = Path.Combine(_folder.Path, "config");
        await File.WriteAllTextAsync(file, "Host *\n  NoSuchOption yes\n", Token);
        await using var channel = new OpenSshChannel(new OpenSshOptions("dgx") { ConfigurationFile = file });
        var fault = await channel.FaultAsync();
        Assert.Equal("SshConfigInvalid", fault.Id);
        Assert.Contains("nosuchoption", fault.Message, StringComparison.OrdinalIgnoreCase);

        await using var none = new OpenSshChannel(new OpenSshOptions("dgx") { Program = "no-such-ssh" });
        Assert.Equal("CommandNotFound", (await none.FaultAsync()).Id);
        Assert.Equal("SshAddressInvalid", Assert.Throws<GpuOpsException>(() => new OpenSshChannel(new OpenSshOptions("-oProxyCommand=x"))).Id);
    }

    /// <summary>The error over a configuration that wants no host key checked.</summary>
    private async Task<GpuOpsException> FaultOfAsync(SshDestination destination)
    {
        var options = ChannelKind.Options(destination, _folder.Path);
        await File.AppendAllTextAsync(options.ConfigurationFile!, "Host *\n  StrictHostKeyChecking no\n", Token);
        await using var channel = new OpenSshChannel(options);
        return await channel.FaultAsync();
    }

    private static List<Process> ProcessesWith(string argument) =>
        [.. Process.GetProcesses().Where(process => process.Id != Environment.ProcessId && CommandLine(process.Id).Contains(argument, StringComparison.Ordinal))];

    private static string SessionOf(int process) => File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[3];

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GpuOps.Channels.Ssh;
using GpuOps.Channels;
using GpuOps.Rigs;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>Host keys and logins against real sshds, also behind jump hosts.</summary>
public abstract class SshLoginContract(ChannelKind transport) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ICommandChannel Open(SshDestination destination, SshDialog? dialog = null) => transport.Open(destination, dialog, _folder.Path);

    [Fact]
    public async Task An_unknown_key_fails_when_nobody_can_answer_and_says_how_to_add_it()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination() with { UserKnownHostsFiles = [Path.Combine(rig.Folder, "none")] });

        var fault = await channel.FaultAsync();

        Assert.Equal("HostKeyUnknown", fault.Id);
        Assert.Contains($"ssh-keyscan -p {rig.Port} 127.0.0.1", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(rig.Folder, "none")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unknown_key_is_asked_about_once_and_then_known(bool hash)
    {
        await using var rig = await StartAsync();
        var file = Path.Combine(rig.Folder, "new", "known");
        List<UnknownHostKey> asked = [];
        var destination = rig.Destination() with { UserKnownHostsFiles = [file], HashKnownHosts = hash };
        var dialog = new SshDialog { TrustHostKey = (key, _) => { asked.Add(key); return Task.FromResult(true); } };

        await using (var channel = Open(destination, dialog))
            await channel.RunAsync(Sh("true"), Token);
        await using (var channel = Open(destination))
            await channel.RunAsync(Sh("true"), Token);

        Assert.Equal("ssh-ed25519", Assert.Single(asked).KeyType);
        Assert.Equal(hash, !(await File.ReadAllTextAsync(file, Token)).Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.Contains("found", await ToolAsync("ssh-keygen", "-F", $"[127.0.0.1]:{rig.Port}", "-f", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_key_is_refused_whoever_says_yes()
    {
        await using var rig = await StartAsync();
        await rig.KillAsync();
        await rig.ChangeHostKeyAsync();
        await rig.StartAgainAsync();
        await using var channel = Open(rig.Destination(), new SshDialog { TrustHostKey = (_, _) => Task.FromResult(true) });

        var fault = await channel.FaultAsync();

        Assert.Equal("HostKeyChanged", fault.Id);
        Assert.Contains(rig.KnownHostsFile + ":1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_with_what_was_tried()
    {
        await using var rig = await StartAsync();
        var wrong = Path.Combine(rig.Folder, "wrong");
        await SshdRig.KeygenAsync(wrong);
        await using var channel = Open(rig.Destination() with { IdentityFiles = [wrong] });

        var fault = await channel.FaultAsync();

        Assert.Equal("SshAuthenticationFailed", fault.Id);
        Assert.Contains(wrong, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public async Task Keys_of_every_usual_kind_are_taken(string type)
    {
        await using var rig = await StartAsync();
        var key = Path.Combine(rig.Folder, type);
        await SshdRig.KeygenAsync(key, type: type);
        rig.Authorize(key);
        await using var channel = Open(rig.Destination() with { IdentityFiles = [key] });

        await channel.RunAsync(Sh("true"), Token);
    }

    [Theory]
    [InlineData("ed25519", true)]
    [InlineData("rsa", false)]
    public async Task A_passphrase_is_asked_for_until_it_is_right_and_only_when_the_key_would_be_taken(string type, bool hasPublicFile)
    {
        await using var rig = await StartAsync();
        string other = Path.Combine(rig.Folder, "other"), key = Path.Combine(rig.Folder, "locked");
        await SshdRig.KeygenAsync(other, "unused");
        await SshdRig.KeygenAsync(key, "secret", type);
        rig.Authorize(key);
        if (!hasPublicFile)
            File.Delete(key + ".pub");
        List<SshPrompt> asked = [];
        var answers = new Queue<string>(["wrong", "secret"]);
        var dialog = new SshDialog { Ask = (prompt, _) => { asked.Add(prompt); return Task.FromResult<string?>(answers.Dequeue()); } };
        await using var channel = Open(rig.Destination() with { IdentityFiles = [other, key] }, dialog);

        await channel.RunAsync(Sh("true"), Token);

        Assert.Equal(2, asked.Count);
        Assert.All(asked, prompt => Assert.True(prompt.IsSecret && prompt.Text.Contains(key, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false, "PasswordAuthentication yes")]
    [InlineData(false, "UsePAM yes", "KbdInteractiveAuthentication yes")]
    [InlineData(true, "UsePAM yes", "KbdInteractiveAuthentication yes", "AuthenticationMethods publickey,keyboard-interactive")]
    public async Task What_the_host_wants_to_know_is_asked_until_it_is_right(bool hasKey, params string[] lines)
    {
        await using var rig = await StartAsync(new SshdRigOptions { Lines = lines });
        Need(SshAccount.Missing);
        await using var account = await SshAccount.CreateAsync();
        // The account's own process looks for the keys that are let in.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(rig.Folder, (UnixFileMode)0b111_101_101);
        List<SshPrompt> asked = [];
        var answers = new Queue<string>(["wrong", account.Password]);
        var dialog = new SshDialog { Ask = (prompt, _) => { asked.Add(prompt); return Task.FromResult<string?>(answers.Dequeue()); } };
        var destination = rig.Destination() with { User = account.Name, IdentityFiles = hasKey ? [rig.IdentityFile] : [], IdentitiesOnly = true };
        await using var channel = Open(destination, dialog);

        Assert.Equal($"{account.Name}\n", (await channel.RunAsync(Sh("id -un"), Token)).OutputText);

        Assert.Equal(2, asked.Count);
        Assert.All(asked, static prompt => Assert.True(prompt.IsSecret && prompt.Text.Contains("assword", StringComparison.Ordinal)));
        await using var silent = Open(destination, new SshDialog { Ask = (_, _) => Task.FromResult<string?>(null) });
        Assert.Equal("SshAuthenticationFailed", (await silent.FaultAsync()).Id);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    public async Task The_agent_signs_with_keys_it_holds(string type)
    {
        await using var rig = await StartAsync();
        string key = Path.Combine(rig.Folder, "held"), socket = Path.Combine(rig.Folder, "agent");
        await SshdRig.KeygenAsync(key, type: type);
        rig.Authorize(key);
        using var agent = Process.Start(new ProcessStartInfo(Rig.Program("ssh-agent"), ["-D", "-a", socket]) { RedirectStandardOutput = true })!;
        try
        {
            await UntilExistsAsync(socket);
            await ToolAsync("env", $"SSH_AUTH_SOCK={socket}", "ssh-add", "-q", key);
            File.Delete(key);
            await using (var channel = Open(rig.Destination() with { IdentityFiles = [], AgentSocket = socket }))
                await channel.RunAsync(Sh("true"), Token);
            await using (var only = Open(rig.Destination() with { IdentityFiles = [], AgentSocket = socket, IdentitiesOnly = true }))
                Assert.Equal("SshAuthenticationFailed", (await only.FaultAsync()).Id);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync(Token);
        }
    }

    [Fact]
    public async Task A_host_is_reached_through_another_and_every_key_is_checked()
    {
        await using var jump = await StartAsync();
        await using var target = await StartAsync(new SshdRigOptions { Address = "127.0.0.2" });
        var way = target.Destination() with { JumpHosts = [jump.Destination()] };
        await using (var channel = Open(way))
            Assert.StartsWith("127.0.0.1 ", (await channel.RunAsync(Sh("echo $SSH_CONNECTION"), Token)).OutputText, StringComparison.Ordinal);

        await using var unknownHop = Open(way with { JumpHosts = [jump.Destination() with { UserKnownHostsFiles = [] }] });
        var fault = await unknownHop.FaultAsync();
        Assert.Equal("HostKeyUnknown", fault.Id);
        Assert.Contains($"{jump.Port}", $"{fault.Target}", StringComparison.Ordinal);
        await using var unknownTarget = Open(way with { UserKnownHostsFiles = [jump.KnownHostsFile] });
        fault = await unknownTarget.FaultAsync();
        Assert.Equal("HostKeyUnknown", fault.Id);
        Assert.Contains($"{target.Port}", $"{fault.Target}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_asked_about_a_key_hears_which_file_it_goes_to()
    {
        await using var jump = await StartAsync();
        await using var target = await StartAsync(new SshdRigOptions { Address = "127.0.0.2" });
        var (near, far) = (Path.Combine(jump.Folder, "new"), Path.Combine(target.Folder, "new"));
        ConcurrentQueue<UnknownHostKey> asked = [];
        var dialog = new SshDialog { TrustHostKey = (key, _) => { asked.Enqueue(key); return Task.FromResult(true); } };
        await using var channel = Open(target.Destination() with { UserKnownHostsFiles = [far], JumpHosts = [jump.Destination() with { UserKnownHostsFiles = [near] }] }, dialog);

        await channel.RunAsync(Sh("true"), Token);

        Assert.Equal([near, far], asked.Select(static key => key.File));
        Assert.All([near, far], static file => Assert.Single(File.ReadAllLines(file)));
    }

    [Fact]
    public async Task Several_jump_hosts_follow_each_other_and_a_cut_in_the_middle_is_noticed()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync(new SshdRigOptions { Address = "127.0.0.2" });
        await using var target = await StartAsync(new SshdRigOptions { Address = "127.0.0.3" });
        await using var channel = Open(target.Destination() with { JumpHosts = [first.Destination(), second.Destination()] });
        var id = Path.Combine(target.Folder, "id");
        var run = channel.RunAsync(Sh("echo x > \"$1\"; exec sleep 30", id), Token);
        await UntilExistsAsync(id);

        first.CutConnections();

        Assert.Equal("ChannelLost", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => run)).Id);
        Assert.Equal(0, (await channel.RunAsync(Sh("true"), Token)).ExitCode);
    }

    [Fact]
    public async Task A_jump_host_that_is_not_there_or_leads_nowhere_is_named()
    {
        await using var target = await StartAsync();
        await using var dead = await StartAsync(new SshdRigOptions { Address = "127.0.0.2" });
        await using var closed = await StartAsync(new SshdRigOptions { Address = "127.0.0.3", Lines = ["AllowTcpForwarding no"] });
        await dead.KillAsync();

        await using var viaDead = Open(target.Destination() with { JumpHosts = [dead.Destination()] });
        var fault = await viaDead.FaultAsync();
        Assert.Equal("SshProxyFailed", fault.Id);
        Assert.Contains("127.0.0.2", fault.Message, StringComparison.Ordinal);
        await using var viaClosed = Open(target.Destination() with { JumpHosts = [closed.Destination()] });
        fault = await viaClosed.FaultAsync();
        Assert.Equal("SshProxyFailed", fault.Id);
        Assert.Contains("127.0.0.3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_takes_the_connection_and_says_nothing_is_given_up_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var channel = Open(new SshDestination("127.0.0.1", "ann") { Port = ((IPEndPoint)silent.LocalEndpoint).Port, ConnectTimeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal("ChannelUnreachable", (await channel.FaultAsync()).Id);
    }

    private static async Task<string> ToolAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Rig.Program(program), arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}

using System.Management.Automation;
using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

namespace GpuOps.Hosted;

/// <summary>What is asked on the way to real sshds, and what happens where nobody can answer.</summary>
[Collection(Alone.Name)]
public sealed class SshPromptTests : IAsyncLifetime
{
    private readonly Store _store = new();
    private readonly List<SshdRig> _rigs = [];
    private Variables? _variables;

    private string Ssh => Path.Combine(_store.Folder, ".ssh");

    private string KnownHosts => Path.Combine(Ssh, "known_hosts");

    public async ValueTask InitializeAsync()
    {
        Rig.NeedSshd();
        _variables = new Variables(("GPUOPS_CONFIG_HOME", Path.Combine(_store.Folder, "config")), ("HOME", _store.Folder), ("SSH_AUTH_SOCK", null));
        Directory.CreateDirectory(Ssh);
        foreach (var address in (string[])["127.0.0.1", "127.0.0.2", "127.0.0.3"])
            _rigs.Add(await SshdRig.StartAsync(new SshdRigOptions { Address = address }));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in _rigs)
            await rig.DisposeAsync();
        _variables?.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void Several_hops_are_tested_step_by_step()
    {
        using var session = Open(knows: [.. _rigs]);
        session.Run($"New-SshProfile way 127.0.0.3 -Port {_rigs[2].Port} -JumpHost 127.0.0.1:{_rigs[0].Port}, 127.0.0.2:{_rigs[1].Port} -Default").Clean();
        Assert.Equal(
            [
                "way Configuration True",
                .. Steps(_rigs[0], "Name", "Connect", "HostKey", "Login"),
                .. Steps(_rigs[1], "Connect", "HostKey", "Login"),
                .. Steps(_rigs[2], "Connect", "HostKey", "Login", "Command"),
            ],
            Test(session, ""));
        Assert.Equal(["True"], session.Read("Get-SshProfile way | Test-SshProfile -Quiet"));
        Assert.Empty(session.Host.Questions);
    }

    [Fact]
    public void Unknown_keys_are_asked_about_one_hop_after_the_other_and_are_then_known()
    {
        using var session = Open();
        session.Run($"New-SshProfile way 127.0.0.2 -Port {_rigs[1].Port} -JumpHost 127.0.0.1:{_rigs[0].Port}").Clean();
        session.Host.Answer = 1;
        var error = session.Run("Get-SlurmJob -Backend slurm://way").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
        Assert.Contains($"ssh-keyscan -p {_rigs[0].Port} 127.0.0.1", error.Exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(KnownHosts));
        var question = Assert.Single(session.Host.Questions);
        Assert.Contains($"[127.0.0.1]:{_rigs[0].Port}", question, StringComparison.Ordinal);
        Assert.Contains("ssh-ed25519 SHA256:", question, StringComparison.Ordinal);
        Assert.Contains(KnownHosts, question, StringComparison.Ordinal);

        session.Host.Answer = 0;
        Assert.Equal(["True"], session.Read("Test-SshProfile way -Quiet"));
        Assert.Equal(3, session.Host.Questions.Count);
        Assert.Equal(2, File.ReadAllLines(KnownHosts).Length);
        Assert.Equal(["True"], session.Read("Test-SshProfile way -Quiet"));
        Assert.Equal(3, session.Host.Questions.Count);
    }

    [Fact]
    public void Where_nobody_can_answer_an_unknown_key_fails_and_says_what_to_do()
    {
        using var session = Open();
        session.Run($"New-SshProfile way 127.0.0.1 -Port {_rigs[0].Port}").Clean();
        session.Host.IsAlone = true;
        var error = session.Run("Get-SlurmJob -Backend slurm://way").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
        Assert.Contains("SHA256:", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["way Configuration True", .. Steps(_rigs[0], "Name", "Connect"), $"{Host(_rigs[0])} HostKey False"], Test(session, "way"));
        Assert.False(File.Exists(KnownHosts));
    }

    [Fact]
    public async Task A_passphrase_is_asked_for_three_times_at_most_and_is_told_to_nobody()
    {
        var key = Path.Combine(Ssh, "locked");
        await SshdRig.KeygenAsync(key, "open sesame");
        _rigs[0].Authorize(key);
        using var session = Open(knows: _rigs[0]);
        session.Run($"New-SshProfile way 127.0.0.1 -Port {_rigs[0].Port} -KeyPath '{key}'").Clean();

        foreach (var wrong in (string[])["hush one", "hush two", "hush three", "hush four"])
            session.Host.Answers.Enqueue(wrong);
        var error = session.Run("Get-SlurmJob -Backend slurm://way").Fails("SshAuthenticationFailed", ErrorCategory.AuthenticationError);
        Assert.Equal(3, session.Host.Questions.Count);
        Assert.All(session.Host.Questions, question => Assert.Equal($"SSH, {Host(_rigs[0])}: Passphrase for key '{key}' (secret)", question));
        Assert.DoesNotContain("hush", error.ToString() + error.Exception.InnerException + error.Exception.Data, StringComparison.Ordinal);

        session.Host.Answers.Clear();
        session.Host.Answers.Enqueue("hush");
        session.Host.Answers.Enqueue("open sesame");
        Assert.Equal(["True"], session.Read("Test-SshProfile way -Quiet"));
        Assert.Equal(5, session.Host.Questions.Count);
        Assert.Contains($"{key}", session.Run("Get-SlurmJob -Backend slurm://way").Fails("SshAuthenticationFailed", ErrorCategory.AuthenticationError).Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password for ", "PasswordAuthentication yes")]
    [InlineData("Password", "UsePAM yes", "KbdInteractiveAuthentication yes")]
    public async Task A_password_and_what_the_host_asks_are_asked_at_the_pipeline(string question, params string[] lines)
    {
        Rig.NeedAccounts();
        await using var account = await SshAccount.CreateAsync();
        await using var host = await SshdRig.StartAsync(new SshdRigOptions { Lines = lines });
        using var session = Open(knows: host);
        session.Run($"New-SshProfile way 127.0.0.1 -Port {host.Port} -User {account.Name} -KeyPath /no/such").Clean();

        var error = session.Run("Get-SlurmJob -Backend slurm://way").Fails("SshAuthenticationFailed", ErrorCategory.AuthenticationError);
        Assert.Contains("Tried: /no/such (does not exist), asking, but nobody answered.", error.Exception.Message, StringComparison.Ordinal);
        Assert.Single(session.Host.Questions);
        session.Host.Answers.Enqueue("hush");
        session.Host.Answers.Enqueue(account.Password);
        var checks = session.Run("Test-SshProfile way").Clean().Output;

        Assert.All(checks, check => Assert.True((bool)check.Properties["Succeeded"].Value));
        Assert.Equal(3, session.Host.Questions.Count);
        Assert.All(session.Host.Questions, asked => Assert.StartsWith($"SSH, {account.Name}@127.0.0.1:{host.Port}: {question}", asked, StringComparison.Ordinal));
        Assert.All(session.Host.Questions, static asked => Assert.EndsWith(" (secret)", asked, StringComparison.Ordinal));
        Assert.DoesNotContain(account.Password, string.Join('\n', checks.Select(static check => check.ToString())) + error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_installed_ssh_asks_the_same_way()
    {
        using var session = Open();
        session.Run($"New-SshProfile way 127.0.0.1 -Port {_rigs[0].Port} -KeyPath '{_rigs[0].IdentityFile}' -Transport OpenSsh").Clean();
        session.Host.Answer = 1;
        var error = session.Run("Get-SlurmJob -Backend slurm://way").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
        Assert.Contains("SHA256:", Assert.Single(session.Host.Questions), StringComparison.Ordinal);
        Assert.Contains($"[127.0.0.1]:{_rigs[0].Port}", session.Host.Questions.Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("yes/no", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["way Configuration True", "127.0.0.1 Login False"], Test(session, "way"));
        session.Host.IsAlone = true;
        session.Run("Get-SlurmJob -Backend slurm://way").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
    }

    [Fact]
    public async Task Ctrl_C_at_a_question_ends_the_command_and_the_next_one_asks_again()
    {
        var key = Path.Combine(Ssh, "locked");
        await SshdRig.KeygenAsync(key, "open sesame");
        _rigs[0].Authorize(key);
        using var session = Open(knows: _rigs[0]);
        session.Run($"New-SshProfile way 127.0.0.1 -Port {_rigs[0].Port} -KeyPath '{key}'").Clean();
        session.Host.BeforeAnswer = static () => throw new PipelineStoppedException();
        using (var running = session.Start("Test-SshProfile way"))
        {
            Wait.Until(() => running.HasEnded, "the command has ended");
            Assert.Equal(PSInvocationState.Stopped, running.State);
        }

        session.Host.BeforeAnswer = null;
        session.Host.Answers.Enqueue("open sesame");
        Assert.Equal(["True"], session.Read("Test-SshProfile way -Quiet"));
    }

    [Fact]
    public void Who_caused_the_connection_is_asked_and_the_others_share_it()
    {
        using var first = Open();
        using var second = Open();
        first.Run($"New-SshProfile way 127.0.0.1 -Port {_rigs[0].Port}").Clean();
        first.Host.Answer = second.Host.Answer = 1;
        second.Run("Get-SlurmJob -Backend slurm://way").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
        first.Run("Get-SlurmJob -Backend slurm://way").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
        Assert.Equal((1, 1), (first.Host.Questions.Count, second.Host.Questions.Count));
        second.Host.Answer = 0;
        Assert.DoesNotContain("SHA256", second.Read("(Test-GpuBackend slurm://way)[0].Detail").Single(), StringComparison.Ordinal);
        first.Run("Test-GpuBackend slurm://way").Clean();
        Assert.Equal((1, 2), (first.Host.Questions.Count, second.Host.Questions.Count));
    }

    [Fact]
    public void A_host_that_a_project_names_is_asked_nothing()
    {
        _store.Configure($"backends: {{cloned: 'slurm://127.0.0.1:{_rigs[0].Port}'}}\n");
        using var session = Open();
        var error = session.Run("Get-SlurmJob -Backend cloned").Fails("HostKeyUnknown", ErrorCategory.AuthenticationError);
        Assert.Contains("gpuops.yaml", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(session.Host.Questions);
        Assert.False(File.Exists(KnownHosts));
    }

    [Fact]
    public async Task A_wrong_key_a_changed_host_key_and_a_jump_host_that_is_away_are_told_by_their_step()
    {
        using var session = Open(knows: [.. _rigs]);
        var wrong = Path.Combine(Ssh, "wrong");
        await SshdRig.KeygenAsync(wrong);
        session.Run($"New-SshProfile wrong 127.0.0.1 -Port {_rigs[0].Port} -KeyPath '{wrong}', /no/such").Clean();
        Assert.Contains($"{wrong}, /no/such (does not exist)", Failing(session, "wrong", "Login"), StringComparison.Ordinal);

        await _rigs[1].KillAsync();
        await _rigs[1].ChangeHostKeyAsync();
        await _rigs[1].StartAgainAsync();
        session.Host.Answer = 0;
        Assert.Contains($"{KnownHosts}:2", Failing(session, $"127.0.0.2:{_rigs[1].Port}", "HostKey"), StringComparison.Ordinal);

        await _rigs[2].KillAsync();
        session.Run($"New-SshProfile away 127.0.0.1 -Port {_rigs[0].Port} -JumpHost 127.0.0.3:{_rigs[2].Port}").Clean();
        Assert.Contains("refused", Failing(session, "away", "Connect"), StringComparison.OrdinalIgnoreCase);
        session.Run($"New-SshProfile behind 127.0.0.3 -Port {_rigs[2].Port} -JumpHost 127.0.0.1:{_rigs[0].Port}").Clean();
        Assert.Contains($"no connection to port {_rigs[2].Port} from there", Failing(session, "behind", "Connect"), StringComparison.Ordinal);
        Assert.Contains("no-such-host", Failing(session, "no-such-host.invalid", "Name"), StringComparison.Ordinal);
        Assert.Empty(session.Host.Questions);
    }

    private static string Failing(Session session, string name, string step)
    {
        var last = session.Run($"Test-SshProfile {name}").Clean().Output[^1];
        Assert.Equal((step, false), (last.Properties["Step"].Value.ToString(), last.Properties["Succeeded"].Value));
        return (string)last.Properties["Detail"].Value;
    }

    private static IReadOnlyList<string> Test(Session session, string name) =>
        session.Read($"Test-SshProfile {name} | ForEach-Object {{ \"$($_.Host) $($_.Step) $($_.Succeeded)\" }}");

    private static IEnumerable<string> Steps(SshdRig rig, params string[] steps) => steps.Select(step => $"{Host(rig)} {step} True");

    private static string Host(SshdRig rig) => $"{Environment.UserName}@{rig.Address}:{rig.Port}";

    /// <summary>A session whose user has a key that every host takes, and knows these hosts.</summary>
    private Session Open(params SshdRig[] knows)
    {
        if (!File.Exists(Path.Combine(Ssh, "id_ed25519")))
        {
            File.Copy(_rigs[0].IdentityFile, Path.Combine(Ssh, "id_ed25519"));
            File.Copy(_rigs[0].IdentityFile + ".pub", Path.Combine(Ssh, "id_ed25519.pub"));
            foreach (var rig in _rigs.Skip(1))
                rig.Authorize(_rigs[0].IdentityFile);
        }

        foreach (var rig in knows)
            File.AppendAllText(KnownHosts, File.ReadAllText(rig.KnownHostsFile));
        return Session.Open(_store);
    }
}

using System.Management.Automation;
using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

namespace GpuOps.Hosted;

/// <summary>A Slurm cluster on another host, behind a jump host, by a profile that says everything.</summary>
[Collection(Alone.Name)]
public sealed class SlurmProfileTests(Cluster cluster) : IClassFixture<Cluster>, IAsyncLifetime
{
    private readonly Store _store = new();
    private SshdRig? _gate, _login;
    private Variables? _variables;

    public async ValueTask InitializeAsync()
    {
        Rig.NeedSlurm();
        Rig.NeedSshd();
        (_gate, _login) = (await SshdRig.StartAsync(), await SshdRig.StartAsync(new SshdRigOptions { Address = "127.0.0.2" }));
        _login.Authorize(_gate.IdentityFile);
        var ssh = Directory.CreateDirectory(Path.Combine(_store.Folder, ".ssh")).FullName;
        await File.WriteAllTextAsync(Path.Combine(ssh, "known_hosts"), await File.ReadAllTextAsync(_gate.KnownHostsFile) + await File.ReadAllTextAsync(_login.KnownHostsFile));
        await File.WriteAllTextAsync(Path.Combine(ssh, "config"), $"Host gate\n HostName 127.0.0.1\n Port {_gate.Port}\n IdentityFile {_gate.IdentityFile}\n");
        _variables = new Variables(("GPUOPS_CONFIG_HOME", Path.Combine(_store.Folder, "config")), ("HOME", _store.Folder), ("SSH_AUTH_SOCK", null));
    }

    public async ValueTask DisposeAsync()
    {
        _variables?.Dispose();
        if (_gate is not null)
            await _gate.DisposeAsync();
        if (_login is not null)
            await _login.DisposeAsync();
        _store.Dispose();
    }

    [Theory]
    [InlineData("-Backend slurm://hpc")]
    [InlineData("-Backend slurm://")]
    [InlineData("")]
    public void A_job_goes_the_way_of_the_profile_and_gets_its_variables(string backend)
    {
        using var session = Session.Open(_store);
        // The hosts know nothing of the cluster: SLURM_CONF is the profile's.
        using var elsewhere = new Variables(("SLURM_CONF", null));
        session.Run($$"""
            New-SshProfile hpc 127.0.0.2 -Port {{_login!.Port}} -KeyPath '{{_gate!.IdentityFile}}' -JumpHost gate -EnvironmentVariable @{ SLURM_CONF = '{{cluster.Rig.Configuration}}' } -Default
            Register-GpuBackend cluster slurm: -Option @{ sshProfile = 'hpc' }
            """).Clean();
        Assert.Equal(["Completed"], session.Read($"(Submit-SlurmJob {backend} -OutputPath /dev/null -- true | Wait-SlurmJob -Interval 1s -Timeout 2m -WarningAction SilentlyContinue).State"));
        Assert.Equal(["True"], session.Read("Test-SshProfile -Quiet"));
        session.Run("Set-SshProfile hpc -JumpHost 127.0.0.9:1").Clean();
        session.Run($"Get-SlurmJob {backend}").Fails("SshProxyFailed", ErrorCategory.ConnectionError);
        session.Run("Set-SshProfile hpc -JumpHost gate").Clean();
        session.Run($"Get-SlurmJob {backend}").Clean();
        Assert.Empty(session.Host.Questions);
    }

    [Fact]
    public async Task Ctrl_C_at_the_first_question_of_a_cluster_ends_the_command_and_the_next_one_asks_again()
    {
        var key = Path.Combine(_store.Folder, ".ssh", "locked");
        await SshdRig.KeygenAsync(key, "open sesame");
        _login!.Authorize(key);
        using var session = Session.Open(_store);
        session.Run($"New-SshProfile locked 127.0.0.2 -Port {_login.Port} -KeyPath '{key}' -EnvironmentVariable @{{ SLURM_CONF = '{cluster.Rig.Configuration}' }}").Clean();
        session.Host.BeforeAnswer = static () => throw new PipelineStoppedException();
        using (var running = session.Start("Get-SlurmJob -Backend slurm://locked"))
        {
            Wait.Until(() => running.HasEnded, "the command has ended");
            Assert.Equal(PSInvocationState.Stopped, running.State);
        }

        session.Host.BeforeAnswer = null;
        session.Host.Answers.Enqueue("open sesame");
        session.Run("Get-SlurmJob -Backend slurm://locked").Clean();
        Assert.Empty(session.Host.Answers);
    }

    [Fact]
    public async Task Who_pipes_jobs_into_the_first_command_is_asked_once()
    {
        var key = Path.Combine(_store.Folder, ".ssh", "locked");
        await SshdRig.KeygenAsync(key, "open sesame");
        _login!.Authorize(key);
        using var session = Session.Open(_store);
        session.Run($"New-SshProfile locked 127.0.0.2 -Port {_login.Port} -KeyPath '{key}' -EnvironmentVariable @{{ SLURM_CONF = '{cluster.Rig.Configuration}' }}").Clean();
        session.Run("1..3 | Submit-SlurmJob -Backend slurm://locked -Name refused -OutputPath /dev/null -- true").Fails("SshAuthenticationFailed", ErrorCategory.AuthenticationError);
        Assert.Single(session.Host.Questions);
        session.Host.Answers.Enqueue("open sesame");
        Assert.Equal(3, session.Run("1..3 | Submit-SlurmJob -Backend slurm://locked -OutputPath /dev/null -- true").Clean().Output.Count);
        Assert.Equal(2, session.Host.Questions.Count);
    }

    [Fact]
    public async Task Who_pipes_jobs_in_is_asked_again_when_the_connection_is_cut_between_them()
    {
        var key = Path.Combine(_store.Folder, ".ssh", "locked");
        await SshdRig.KeygenAsync(key, "open sesame");
        _login!.Authorize(key);
        using var session = Session.Open(_store);
        session.Run($"New-SshProfile locked 127.0.0.2 -Port {_login.Port} -KeyPath '{key}' -EnvironmentVariable @{{ SLURM_CONF = '{cluster.Rig.Configuration}' }}").Clean();
        session.Host.Answers.Enqueue("open sesame");
        session.Host.Answers.Enqueue("open sesame");
        using var first = new ManualResetEventSlim();
        using var cut = new ManualResetEventSlim();
        using var running = session.Start(
            "param($first, $cut) & { 1; $first.Set(); $cut.Wait(); 2, 3 } | Submit-SlurmJob -Backend slurm://locked -Name cut -OutputPath /dev/null -- true", first, cut);
        Assert.True(first.Wait(Wait.Patience, TestContext.Current.CancellationToken));
        // The first is there, so that what is cut has nothing under way.
        Wait.Until(() => session.Host.Questions.Count == 1 && cluster.Rig.RunAsync("squeue", "--noheader", "--states=all", "--name=cut").Result.Output.Length > 0, "the first job is submitted");
        _login.CutConnections();
        cut.Set();
        Assert.Equal(3, running.Finish().Clean().Output.Count);
        Assert.Equal(2, session.Host.Questions.Count);
    }
}

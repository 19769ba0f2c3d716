using System.Runtime.Versioning;
using System.Text;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>The scheduler over real sshds, the second behind the first.</summary>
[SupportedOSPlatform("linux")]
public sealed class SlurmOverSshTests(SlurmCluster cluster) : IAsyncLifetime
{
    private SshdRig? _jump, _login;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    public async ValueTask InitializeAsync()
    {
        SlurmCluster.Need();
        if (SshdRig.Missing is { } missing)
        {
            Assert.False(RigFiles.AreRequired, missing);
            Assert.Skip(missing);
        }

        _jump = await SshdRig.StartAsync();
        _login = await SshdRig.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_login is not null)
            await _login.DisposeAsync();
        if (_jump is not null)
            await _jump.DisposeAsync();
    }

    [Fact]
    public async Task A_script_is_submitted_through_a_jump_host_and_read_back()
    {
        await using var scheduler = Open();
        var script = Encoding.UTF8.GetBytes("#!/bin/bash\narr=(1 2 3)\necho \"${#arr[@]} $1|$2\" >&2\nexit 4\n");
        var request = new SlurmJobRequest
        {
            Script = script,
            Arguments = ["it's $HOME", "ü\nx"],
            Output = $"{Rig.WorkFolder}/over/ssh/%j.out",
        };
        var id = (await scheduler.SubmitAsync(request, null, Token)).Id;
        var job = await EndOfAsync(scheduler, id);
        Assert.Equal((SlurmJobState.Failed, 4), (job.State, job.ExitCode));
        Assert.Equal(["3 it's $HOME|ü", "x"], await scheduler.ReadLastLinesAsync(job, 5, Token));
    }

    [Fact]
    public async Task A_submission_whose_connection_is_cut_is_looked_up_and_not_repeated()
    {
        await using var scheduler = Open();
        // The site's sbatch takes the job, and then takes its time to say so.
        var folder = Directory.CreateDirectory(Path.Combine(Rig.WorkFolder, $"slow-{Guid.NewGuid():N}")).FullName;
        var taken = Path.Combine(folder, "taken");
        foreach (var program in (string[])["squeue", "scancel", "sacct"])
            File.CreateSymbolicLink(Path.Combine(folder, program), RigFiles.Find(program)!);
        await File.WriteAllTextAsync(Path.Combine(folder, "sbatch"), $"#!/bin/sh\nid=$({RigFiles.Find("sbatch")} \"$@\") || exit\ntouch {taken}\nsleep 600\necho $id\n", Token);
        File.SetUnixFileMode(Path.Combine(folder, "sbatch"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var slow = Open(folder);
        var submission = slow.SubmitAsync(new SlurmJobRequest { Name = "cut", Command = ["true"], AdditionalArguments = ["--hold"] }, null, Token);
        await Rig.UntilAsync("sbatch has taken the job", static result => result.ExitCode == 0, "test", "-e", taken);
        _login!.CutConnections();
        var id = (await submission).Id;
        var jobs = (await scheduler.ReadJobsAsync(new SlurmJobQuery(), Token)).Jobs.Where(job => job.Name == "cut");
        Assert.Equal(id, Assert.Single(jobs).Id);
        await scheduler.CancelAsync([id], null, Token);
    }

    [Fact]
    public async Task Waiting_outlives_a_connection_that_is_cut()
    {
        await using var scheduler = Open();
        var id = (await scheduler.SubmitAsync(new SlurmJobRequest { Command = ["sleep", "600"], Output = "/dev/null" }, null, Token)).Id;
        List<SlurmJob> ended = [];
        var rounds = 0;
        var seen = new SemaphoreSlim(0);
        var wait = new SlurmWait(scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMinutes(1) }, TimeProvider.System)
            .RunAsync([id], ended.Add, static (lost, _) => Assert.Fail($"{lost} is lost."), _ => { rounds++; seen.Release(); }, Token);
        await seen.WaitAsync(Token);
        _login!.CutConnections();
        await seen.WaitAsync(Token);
        await seen.WaitAsync(Token);
        await scheduler.CancelAsync([id], null, Token);
        await wait;
        Assert.Equal(SlurmJobState.Cancelled, Assert.Single(ended).State);
    }

    [Fact]
    public async Task A_refusal_comes_through_with_Slurms_words()
    {
        await using var scheduler = Open();
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() =>
            scheduler.SubmitAsync(new SlurmJobRequest { Command = ["true"], Resources = new SlurmResourceRequest { Partition = "nowhere" } }, null, Token));
        Assert.Equal("SlurmRefused", fault.Id);
        Assert.Contains("invalid partition specified: nowhere", fault.Message, StringComparison.Ordinal);
    }

    private SlurmScheduler Open(string? commandFolder = null) => new(
        new SshChannel(Destination(_login!) with { JumpHosts = [Destination(_jump!)] }),
        new SlurmOptions("ssh") { Configuration = Rig.Configuration, CommandFolder = commandFolder });

    private static SshDestination Destination(SshdRig rig) => new(rig.Address, Environment.UserName)
    {
        Port = rig.Port,
        IdentityFiles = [rig.IdentityFile],
        UserKnownHostsFiles = [rig.KnownHostsFile],
        GlobalKnownHostsFiles = [],
    };

    private static async Task<SlurmJob> EndOfAsync(SlurmScheduler scheduler, SlurmJobId id)
    {
        List<SlurmJob> ended = [];
        await new SlurmWait(scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMinutes(1) }, TimeProvider.System)
            .RunAsync([id], ended.Add, static (lost, _) => Assert.Fail($"{lost} is lost."), static _ => { }, Token);
        return Assert.Single(ended);
    }
}

using System.Runtime.Versioning;
using System.Text;
using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;
using GpuOps.Unit.Channels.Ssh;

namespace GpuOps.SlurmTests;

/// <summary>The scheduler over real sshds, the second behind the first, which is at the other end of a cable.</summary>
[SupportedOSPlatform("linux")]
public abstract class SlurmOverSshContract(SlurmCluster cluster, ChannelKind transport) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-over-ssh-").FullName;
    private NetworkHost? _host;
    private SshdRig? _jump, _login;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    public async ValueTask InitializeAsync()
    {
        SlurmCluster.Need();
        if ((SshdRig.Missing ?? NetworkHost.Missing ?? FullDisk.Missing) is { } missing)
        {
            Assert.False(RigFiles.AreRequired, missing);
            Assert.Skip(missing);
        }

        _host = await NetworkHost.StartAsync();
        _jump = await SshdRig.StartAsync(new SshdRigOptions { Host = _host });
        _login = await SshdRig.StartAsync(new SshdRigOptions { Address = _host.OwnAddress });
    }

    public async ValueTask DisposeAsync()
    {
        if (_login is not null)
            await _login.DisposeAsync();
        if (_jump is not null)
            await _jump.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
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

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Submissions_whose_connection_is_cut_are_looked_up_and_not_repeated(int count) =>
        await SubmitAsync($"cut{count}", count, _ => { _login!.CutConnections(); return Task.CompletedTask; });

    [Fact]
    public async Task A_submission_that_a_partition_swallowed_is_looked_up_and_not_repeated() =>
        await SubmitAsync("partition", 1, async lost =>
        {
            await _host!.PullAsync();
            await lost.WaitAsync(Token);
            await _host.PlugAsync();
        });

    [Fact]
    public async Task Waiting_outlives_a_connection_that_is_cut() =>
        await WaitAsync(_ => { _login!.CutConnections(); return Task.CompletedTask; });

    [Fact]
    public async Task Waiting_outlives_a_partition() =>
        await WaitAsync(async lost =>
        {
            await _host!.PullAsync();
            await lost.WaitAsync(Token);
            await _host.PlugAsync();
        });

    [Fact]
    public async Task What_is_free_is_waited_for_and_watched_although_the_connection_is_cut() =>
        await WatchResourcesAsync(_ => { _login!.CutConnections(); return Task.CompletedTask; });

    [Fact]
    public async Task What_is_free_is_waited_for_and_watched_through_a_partition() =>
        await WatchResourcesAsync(async lost =>
        {
            await _host!.PullAsync();
            await lost.WaitAsync(Token);
            await _host.PlugAsync();
        });

    [Fact]
    public async Task A_followed_log_loses_and_repeats_no_byte_when_its_connection_is_cut() =>
        await FollowAsync(async (log, _) =>
        {
            for (var i = 0; i < 3; i++)
            {
                _login!.CutConnections();
                var seen = log.Read("").Length;
                await log.UntilAsync(log => log.Read("").Length > seen, Token);
            }
        });

    [Fact]
    public async Task A_followed_log_loses_and_repeats_no_byte_when_it_is_rotated_during_a_partition() =>
        await FollowAsync(async (log, path) =>
        {
            await _host!.PullAsync();
            await log.UntilAsync(static log => log.Progress?.Trouble is not null, Token);
            // The job writes on to the file it has open, whatever it is called by now.
            File.Move(path, path + ".1");
            await File.WriteAllTextAsync(path, "", Token);
            File.Move(path + ".1", path + ".2");
            await _host.PlugAsync();
            var seen = log.Read("").Length;
            await log.UntilAsync(log => log.Read("").Length > seen + 1000, Token);
        });

    [Fact]
    public async Task Where_the_disk_is_full_no_job_is_submitted_and_the_log_folder_is_named()
    {
        await using var disk = await FullDisk.MountAsync(takesNames: false);
        await using var scheduler = Open();

        var fault = await Assert.ThrowsAsync<GpuOpsException>(() =>
            scheduler.SubmitAsync(new SlurmJobRequest { Name = "nowhere", Command = ["true"], Output = $"{disk.Path}/logs/%j.out" }, null, Token));

        Assert.Equal("SlurmLogFolderFailed", fault.Id);
        Assert.Contains("No space left on device", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain((await scheduler.ReadJobsAsync(new SlurmJobQuery(), Token)).Jobs, job => job.Name == "nowhere");
    }

    [Fact]
    public async Task A_script_goes_to_sbatch_where_no_disk_has_room_for_it()
    {
        await using var disk = await FullDisk.MountAsync(takesNames: true);
        await using var scheduler = Open();
        var script = Encoding.UTF8.GetBytes($"#!/bin/bash\n#SBATCH --output=/dev/null\n# {new string('x', 100_000)}\nexit 3\n");

        var id = (await scheduler.SubmitAsync(new SlurmJobRequest { Script = script }, disk.Path, Token)).Id;

        Assert.Equal(3, (await EndOfAsync(scheduler, id)).ExitCode);
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

    /// <summary>Cuts the connection when sbatch has taken the jobs and has not said so yet.</summary>
    private async Task SubmitAsync(string name, int count, Func<Task, Task> cut)
    {
        // The site's sbatch takes the job, and then takes its time to say so.
        var folder = Directory.CreateDirectory(Path.Combine(Rig.WorkFolder, $"slow-{Guid.NewGuid():N}")).FullName;
        var taken = Path.Combine(folder, "taken");
        foreach (var program in (string[])["squeue", "scancel", "sacct"])
            File.CreateSymbolicLink(Path.Combine(folder, program), RigFiles.Find(program)!);
        await File.WriteAllTextAsync(Path.Combine(folder, "sbatch"), $"#!/bin/sh\nid=$({RigFiles.Find("sbatch")} \"$@\") || exit\ntouch {taken}.$id\nsleep 600\necho $id\n", Token);
        File.SetUnixFileMode(Path.Combine(folder, "sbatch"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var scheduler = Open();
        var channel = new LossWatch(Channel());
        await using var slow = Open(channel, folder);
        var submission = slow.SubmitAsync([.. Enumerable.Repeat(new SlurmJobRequest { Name = name, Command = ["true"], AdditionalArguments = ["--hold"] }, count)], null, Token);
        // A submission that fails has nothing to wait for.
        await await Task.WhenAny(submission, Rig.UntilAsync("sbatch has taken the jobs", result => result.Output.Trim() == $"{count}", "sh", "-c", "ls \"$1\" | grep -c ^taken", "sh", folder));
        await cut(channel.Lost);
        SlurmJobId[] ids = [.. (await submission).Select(static submitted => submitted.Job!.Id)];
        var jobs = (await scheduler.ReadJobsAsync(new SlurmJobQuery(), Token)).Jobs.Where(job => job.Name == name);
        Assert.Equal(ids.Select(static id => id.ToString()).Order(), jobs.Select(static job => job.Id.ToString()).Order());
        await scheduler.CancelAsync(ids, null, Token);
    }

    /// <summary>Cuts the connection between two looks at a job that runs.</summary>
    private async Task WaitAsync(Func<Task, Task> cut)
    {
        var channel = new LossWatch(Channel());
        await using var scheduler = Open(channel);
        var id = (await scheduler.SubmitAsync(new SlurmJobRequest { Command = ["sleep", "600"], Output = "/dev/null" }, null, Token)).Id;
        List<SlurmJob> ended = [];
        var seen = new SemaphoreSlim(0);
        var wait = new SlurmWait(scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMinutes(1) }, TimeProvider.System)
            .RunAsync([id], ended.Add, static (lost, _) => Assert.Fail($"{lost} is lost."), _ => seen.Release(), Token);
        await seen.WaitAsync(Token);
        await cut(channel.Lost);
        await seen.WaitAsync(Token);
        await seen.WaitAsync(Token);
        await scheduler.CancelAsync([id], null, Token);
        await wait;
        Assert.Equal(SlurmJobState.Cancelled, Assert.Single(ended).State);
    }

    /// <summary>Cuts the connection between two looks at what is free, before a job ends that has one GPU.</summary>
    private async Task WatchResourcesAsync(Func<Task, Task> cut)
    {
        var channel = new LossWatch(Channel());
        await using var scheduler = Open(channel);
        var filter = new SlurmResourceFilter { Partition = static name => name == "gpu" };
        var id = (await scheduler.SubmitAsync(new SlurmJobRequest { Command = ["sleep", "600"], Output = "/dev/null", Resources = new SlurmResourceRequest { Gpus = "1" } }, null, Token)).Id;
        await Rig.UntilAsync("the job runs", static result => result.Output.Trim() == "RUNNING", "squeue", "--noheader", "--format=%T", $"--jobs={id}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var free = System.Threading.Channels.Channel.CreateUnbounded<int>();
        var watch = new SlurmWatch(scheduler, TimeSpan.FromMilliseconds(100), static _ => { }, TimeProvider.System)
            .RunResourcesAsync(filter, static _ => { }, change => free.Writer.TryWrite(change.GpusFree), stop.Token);
        var looks = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        var wait = new SlurmResourceWait(scheduler, new SlurmPoll(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)), TimeProvider.System)
            .RunAsync(new SlurmResourceNeed { Gpus = 32 }, filter, (_, trouble) => looks.Writer.TryWrite(trouble is null), Token);
        // One that fails ends the test, too.
        _ = watch.ContinueWith(task => free.Writer.Complete(task.Exception), TaskScheduler.Default);
        _ = wait.ContinueWith(task => looks.Writer.Complete(task.Exception), TaskScheduler.Default);
        Assert.True(await looks.Reader.ReadAsync(Token));
        Assert.Equal(31, await free.Reader.ReadAsync(Token));

        await cut(channel.Lost);
        for (var before = looks.Reader.Count; before > 0; before--)
            await looks.Reader.ReadAsync(Token);
        await looks.Reader.ReadAllAsync(Token).FirstAsync(static answered => answered, Token);
        Assert.False(wait.IsCompleted);
        await scheduler.CancelAsync([id], null, Token);

        Assert.Equal(32, (await wait).GpusFree);
        Assert.Equal(32, await free.Reader.ReadAllAsync(Token).FirstAsync(static count => count != 31, Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    /// <summary>Follows a job that writes all the time, and compares every byte when it is over.</summary>
    private async Task FollowAsync(Func<SlurmLogReader, string, Task> disturb)
    {
        await using var scheduler = Open();
        var folder = Directory.CreateDirectory(Path.Combine(Rig.WorkFolder, $"follow-{Guid.NewGuid():N}")).FullName;
        var (path, stop) = (Path.Combine(folder, "job.out"), Path.Combine(folder, "stop"));
        var request = new SlurmJobRequest { Script = Encoding.UTF8.GetBytes(SlurmLogReader.Writer), Arguments = [stop], Output = path };
        var id = (await scheduler.SubmitAsync(request, null, Token)).Id;
        var log = new SlurmLogReader(scheduler, SlurmLogReader.Follow, Token, new SlurmLogTarget(id));
        await log.UntilAsync(static log => log.Read("").Contains("line 3 ", StringComparison.Ordinal), Token);
        await disturb(log, path);
        await File.WriteAllTextAsync(stop, "", Token);
        await log.Done;
        Assert.Empty(log.Faults);
        var written = string.Concat(Directory.GetFiles(folder, "job.out*").Select(static file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.Equal(written, log.Read(""));
        Assert.Contains("without an end", written, StringComparison.Ordinal);
    }

    private ICommandChannel Channel() => transport.Open(Destination(_login!) with { JumpHosts = [Destination(_jump!)] }, null, _folder);

    private SlurmScheduler Open(ICommandChannel? channel = null, string? commandFolder = null) => new(
        channel ?? Channel(), new SlurmOptions("ssh") { Configuration = Rig.Configuration, CommandFolder = commandFolder });

    private static SshDestination Destination(SshdRig rig) => new(rig.Address, Environment.UserName)
    {
        Port = rig.Port,
        IdentityFiles = [rig.IdentityFile],
        UserKnownHostsFiles = [rig.KnownHostsFile],
        GlobalKnownHostsFiles = [],
        KeepAlive = TimeSpan.FromSeconds(1),
        KeepAliveCount = 2,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    private static async Task<SlurmJob> EndOfAsync(SlurmScheduler scheduler, SlurmJobId id)
    {
        List<SlurmJob> ended = [];
        await new SlurmWait(scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMinutes(1) }, TimeProvider.System)
            .RunAsync([id], ended.Add, static (lost, _) => Assert.Fail($"{lost} is lost."), static _ => { }, Token);
        return Assert.Single(ended);
    }
}

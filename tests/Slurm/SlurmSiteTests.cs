using System.Runtime.Versioning;
using System.Text;
using GpuOps.Channels.Ssh;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;
using GpuOps.Unit.Channels.Ssh;

namespace GpuOps.SlurmTests;

/// <summary>A site that has its own ideas: accounts with csh that greet, and an sbatch that talks.</summary>
[SupportedOSPlatform("linux")]
public sealed class SlurmSiteTests(SlurmCluster cluster) : IDisposable
{
    private const string Greeting = "echo '*** Welcome! Job 7 of $(queue) waits ***'\nsh -c 'echo stty: not a terminal >&2'\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-site-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How long sbatch's notice before the id is: a longer one than a batch keeps is a doubt that has to be looked up.</summary>
    public static TheoryData<bool, int> Sites { get; } = new() { { true, 20 }, { false, 20 }, { true, 5000 } };

    private SlurmRig Rig => cluster.Rig;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task Jobs_are_submitted_read_waited_for_and_their_logs_shown(bool isNet, int notice)
    {
        await using var login = await LoginAsync();
        await using var scheduler = Open(login, isNet ? ChannelKind.SshNet : ChannelKind.OpenSsh, notice);

        var one = await scheduler.SubmitAsync(Job("one"), null, Token);
        var many = await scheduler.SubmitAsync([Job("two"), Job("three"), Job("four")], null, Token);

        Assert.All(many, static submitted => Assert.Null(submitted.Fault));
        SlurmJobId[] ids = [one.Id, .. many.Select(static submitted => submitted.Job!.Id)];
        var jobs = (await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = ids }, Token)).Jobs;
        Assert.Equal(["one", "two", "three", "four"], ids.Select(id => jobs.Single(job => job.Id == id).Name));
        List<SlurmJob> ended = [];
        await new SlurmWait(scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMinutes(1) }, TimeProvider.System)
            .RunAsync(ids, ended.Add, static (lost, _) => Assert.Fail($"{lost} is lost."), static _ => { }, Token);
        Assert.Equal(ids.Select(static id => (id, SlurmJobState.Completed)).ToHashSet(), ended.Select(static job => (job.Id, job.State)).ToHashSet());
        foreach (var job in ended)
        {
            var log = new SlurmLogReader(scheduler, new SlurmLogOptions(), Token, new SlurmLogTarget(job.Id));
            await log.Done;
            Assert.Empty(log.Faults);
            Assert.Equal($"{job.Name} it's $HOME\nü\n", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(log.Read(".out"))));
        }
    }

    [Fact]
    public async Task A_refusal_is_told_from_what_else_is_said()
    {
        await using var login = await LoginAsync();
        await using var scheduler = Open(login, ChannelKind.SshNet, notice: 20);
        var bad = Job("bad") with { Resources = new SlurmResourceRequest { Partition = "nowhere" } };

        var submitted = await scheduler.SubmitAsync([bad, Job("good"), bad], null, Token);

        Assert.Equal(["SlurmRefused", null, "SlurmRefused"], submitted.Select(static one => one.Fault?.Id));
        Assert.Contains("invalid partition specified: nowhere", submitted[0].Fault!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("allocation", submitted[0].Fault!.Message, StringComparison.Ordinal);
        await scheduler.CancelAsync([submitted[1].Job!.Id], null, Token);
    }

    [Fact]
    public async Task More_ids_than_an_argument_takes_are_asked_for_and_cancelled()
    {
        await using var login = await LoginAsync();
        await using var scheduler = Open(login, ChannelKind.SshNet, notice: 20);
        var job = await scheduler.SubmitAsync(Job("held") with { AdditionalArguments = ["--hold"] }, null, Token);
        SlurmJobId[] ids = [.. Enumerable.Range(1_000_000, 20_000).Select(static id => SlurmJobId.Parse($"{id}")), job.Id];

        Assert.Equal(job.Id, Assert.Single((await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = ids }, Token)).Jobs).Id);
        await scheduler.CancelAsync([.. ids.TakeLast(100)], null, Token);

        Assert.Equal(SlurmJobState.Cancelled, Assert.Single((await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = ids }, Token)).Jobs).State);
    }

    private static async Task<SshdRig> LoginAsync()
    {
        SlurmCluster.Need();
        var shell = RigFiles.Find("tcsh");
        if ((SshdRig.Missing ?? (shell is null ? "tcsh is not installed (apt-get install tcsh)" : null)) is { } missing)
        {
            Assert.False(RigFiles.AreRequired, missing);
            Assert.Skip(missing);
        }

        var login = await SshdRig.StartAsync(new SshdRigOptions { Shell = shell });
        await File.WriteAllTextAsync(Path.Combine(login.Folder, ".cshrc"), Greeting, Token);
        return login;
    }

    private SlurmJobRequest Job(string name) =>
        new() { Name = name, Command = ["printf", "%s %s\\n", name, "it's $HOME\nü"], Output = $"{Rig.WorkFolder}/site/%x-%j.out" };

    private SlurmScheduler Open(SshdRig login, ChannelKind transport, int notice)
    {
        foreach (var program in (string[])["squeue", "scancel", "sacct", "scontrol"])
            File.CreateSymbolicLink(Path.Combine(_folder, program), RigFiles.Find(program)!);
        var sbatch = Path.Combine(_folder, "sbatch");
        File.WriteAllText(sbatch, $"""
            #!/bin/sh
            echo '*** 3 of 40 hours of your allocation are used. {new string('*', notice)}'
            echo 'Warning: no account is given.' >&2
            {RigFiles.Find("sbatch")} "$@" || exit
            echo 'Warning: the quota of your allocation is low.' >&2
            echo 'Submitted batch job: see https://site/jobs, place 12 in the queue'
            echo
            """);
        File.SetUnixFileMode(sbatch, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var destination = new SshDestination(login.Address, Environment.UserName)
        {
            Port = login.Port,
            IdentityFiles = [login.IdentityFile],
            UserKnownHostsFiles = [login.KnownHostsFile],
            GlobalKnownHostsFiles = [],
        };
        return new SlurmScheduler(transport.Open(destination, null, _folder), new SlurmOptions("site") { Configuration = Rig.Configuration, CommandFolder = _folder });
    }
}

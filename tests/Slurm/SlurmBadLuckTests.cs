using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>What a real cluster refuses, and what it does to jobs: each has a clear end, and nothing is lost.</summary>
public sealed class SlurmBadLuckTests(SlurmCluster cluster) : IAsyncDisposable
{
    private static readonly SlurmJobRequest Plain = new() { Command = ["sleep", "600"], Output = "/dev/null" };

    private SlurmScheduler? _scheduler;

    /// <summary>Requests that Slurm refuses, and its words for it.</summary>
    public static TheoryData<string, SlurmJobRequest> Refused { get; } = new()
    {
        { "invalid partition specified: nowhere", Plain with { Resources = new() { Partition = "nowhere" } } },
        { "Requested node configuration is not available", Plain with { Resources = new() { GpusPerNode = "9" } } },
        { "Job dependency problem", Plain with { AdditionalArguments = ["--dependency=afterok:0"] } },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    private SlurmScheduler Scheduler => _scheduler ??= Open(Rig);

    public ValueTask DisposeAsync() => _scheduler?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task A_refusal_keeps_Slurms_words_and_the_record_it_leaves_disturbs_nobody(string words, SlurmJobRequest request)
    {
        var name = $"refused-{Guid.NewGuid():N}";
        var fault = await FaultAsync(() => Scheduler.SubmitAsync(request with { Name = name }, Rig.WorkFolder, Token));
        Assert.Equal(("SlurmRefused", GpuOpsErrorKind.InvalidArgument), (fault.Id, fault.Kind));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain((await Scheduler.ReadJobsAsync(new SlurmJobQuery(), Token)).Jobs, job => job.Name == name);
        // Of some Slurm keeps a record that failed.
        foreach (var job in (await Scheduler.ReadJobsAsync(new SlurmJobQuery { Since = TimeSpan.FromHours(1) }, Token)).Jobs.Where(job => job.Name == name))
        {
            Assert.Equal(SlurmJobState.Failed, job.State);
            Assert.Equal(job.Id, (await WaitAsync(job.Id)).Id);
        }
    }

    [Fact]
    public async Task What_no_partition_takes_is_refused_where_the_cluster_enforces_it_and_pointed_out_where_it_does_not()
    {
        SlurmJobRequest[] requests =
        [
            Plain with { Resources = new() { Partition = "gpu", TimeLimit = TimeSpan.FromDays(40) } },
            Plain with { Resources = new() { Partition = "cpu", Nodes = "40" } },
        ];
        SlurmJobId[] ids = [await SubmitAsync(requests[0]), await SubmitAsync(requests[1])];
        List<SlurmJob> ended = [];
        // Slurm gives one of them another reason after a while.
        var reasons = new TaskCompletionSource();
        var wait = WaitAsync(ids, ended.Add, progress =>
        {
            if (progress.Stuck.Select(static job => job.Reason).Order().SequenceEqual(["PartitionConfig", "PartitionTimeLimit"]))
                reasons.TrySetResult();
        });
        await reasons.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await Scheduler.CancelAsync(ids, null, Token);
        await wait;
        Assert.Equal(2, ended.Count);

        var configuration = await File.ReadAllTextAsync(Rig.Configuration, Token);
        try
        {
            await ConfigureAsync(configuration + "EnforcePartLimits=ALL\n");
            string[] words = ["Requested time limit is invalid (missing or exceeds some limit)", "More processors requested than permitted"];
            foreach (var (request, said) in requests.Zip(words))
            {
                var fault = await FaultAsync(() => SubmitAsync(request));
                Assert.Equal("SlurmRefused", fault.Id);
                Assert.Contains(said, fault.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            await ConfigureAsync(configuration);
        }
    }

    [Fact]
    public async Task A_controller_that_is_down_gets_no_job_and_it_is_said_at_once()
    {
        var name = $"down-{Guid.NewGuid():N}";
        await Rig.SaveControllerAsync();
        await Rig.StopControllerAsync();
        try
        {
            var fault = await FaultAsync(() => Scheduler.SubmitAsync(Plain with { Name = name }, Rig.WorkFolder, Token));
            Assert.Equal(("SlurmControllerAway", GpuOpsErrorKind.Unreachable), (fault.Id, fault.Kind));
            Assert.Contains("Unable to contact slurm controller", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            await Rig.StartControllerAsync();
        }

        Assert.DoesNotContain((await Scheduler.ReadJobsAsync(new SlurmJobQuery { Since = TimeSpan.FromHours(1) }, Token)).Jobs, job => job.Name == name);
    }

    [Fact]
    public async Task A_job_that_the_controller_has_forgotten_is_not_put_back_and_what_to_do_is_said()
    {
        var id = await SubmitAsync(Plain with { Command = ["true"] });
        await AccountedAsync(id);
        var configuration = await File.ReadAllTextAsync(Rig.Configuration, Token);
        try
        {
            await ConfigureAsync(configuration.Replace("MinJobAge=600", "MinJobAge=2", StringComparison.Ordinal));
            await Rig.UntilAsync("the controller forgets the job", static result => result.ExitCode != 0, "scontrol", "show", "job", id.ToString());
            var fault = await FaultAsync(() => Scheduler.RequeueAsync(id, Token));
            Assert.Equal(("SlurmJobNotFound", GpuOpsErrorKind.NotFound), (fault.Id, fault.Kind));
            Assert.Contains("Submit it again. Slurm knows no such job: Invalid job id specified", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            await ConfigureAsync(configuration);
        }
    }

    [Fact]
    public async Task A_job_that_an_administrator_cancels_ends_the_wait()
    {
        var id = SlurmJobId.Parse((await Rig.RunAsUserAsync("sbatch", "--parsable", "--output=/dev/null", "--wrap=sleep 600")).Output.Trim());
        var wait = WaitAsync(id);
        await Rig.RunAsync("scancel", id.ToString());
        var job = await wait;
        Assert.Equal((SlurmJobState.Cancelled, null), (job.State, job.ExitCode));
        Assert.Equal("CANCELLED by 0", await AccountedAsync(id));
    }

    [Fact]
    public async Task A_job_whose_node_fails_ends_the_wait()
    {
        var id = await SubmitAsync(Plain with { Resources = new() { NodeList = "gpu03" }, Requeue = false });
        await RunningAsync(id);
        var wait = WaitAsync(id);
        await Rig.StopNodeAsync("gpu03");
        try
        {
            var job = await wait;
            Assert.Equal((SlurmJobState.NodeFail, null), (job.State, job.ExitCode));
        }
        finally
        {
            await Rig.StartNodeAsync("gpu03");
        }
    }

    [Fact]
    public async Task A_job_whose_time_is_up_ends_the_wait()
    {
        var id = await SubmitAsync(Plain with { Resources = new() { TimeLimit = TimeSpan.FromHours(1) } });
        await RunningAsync(id);
        // The controller looks twice a minute.
        Assert.Equal(0, (await Rig.RunAsync("scontrol", "update", $"jobid={id}", "endtime=now")).ExitCode);
        var job = await WaitAsync(id);
        Assert.Equal((SlurmJobState.Timeout, "TimeLimit"), (job.State, job.Reason));
    }

    [Fact]
    public async Task A_job_that_is_put_back_is_not_over_though_it_is_held()
    {
        var id = await SubmitAsync(Plain with { Requeue = true });
        await RunningAsync(id);
        var looks = new SemaphoreSlim(0);
        SlurmJob? ended = null;
        var wait = WaitAsync([id], job => ended = job, _ => looks.Release());
        Assert.Equal(0, (await Rig.RunAsync("scontrol", "requeuehold", id.ToString())).ExitCode);
        await Rig.UntilAsync("the job is back", static result => result.Output.Trim() is "PENDING" or "REQUEUE_HOLD", "squeue", "-h", "-j", id.ToString(), "-o", "%T");
        while (looks.Wait(0, Token))
        {
        }

        await looks.WaitAsync(Token);
        await looks.WaitAsync(Token);
        Assert.Null(ended);
        await Scheduler.CancelAsync([id], null, Token);
        await wait;
        Assert.Equal(SlurmJobState.Cancelled, ended?.State);
    }

    [Fact]
    public async Task A_job_that_can_never_start_is_pointed_out()
    {
        var bad = await SubmitAsync(Plain with { Command = ["false"] });
        Assert.Equal(SlurmJobState.Failed, (await WaitAsync(bad)).State);
        var after = await SubmitAsync(Plain with { Dependencies = [new(SlurmDependencyType.AfterOk, bad)] });
        var stuck = new TaskCompletionSource<SlurmJob>();
        var wait = WaitAsync([after], static _ => { }, progress => { if (progress.Stuck.Count > 0) stuck.TrySetResult(progress.Stuck[0]); });
        Assert.Equal(after, (await stuck.Task.WaitAsync(TimeSpan.FromMinutes(1), Token)).Id);
        await Scheduler.CancelAsync([after], null, Token);
        await wait;
    }

    [Fact]
    public async Task The_parts_of_a_heterogeneous_job_are_seen_waited_for_and_cancelled_as_one()
    {
        var script = "#!/bin/sh\n#SBATCH --partition=cpu --ntasks=1 --output=/dev/null\n#SBATCH hetjob\n#SBATCH --partition=cpu --ntasks=1\nexec sleep 600\n"u8.ToArray();
        var id = await SubmitAsync(new SlurmJobRequest { Script = script });
        var parts = (await Scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [id] }, Token)).Jobs;
        Assert.Equal([$"{id}+0", $"{id}+1"], parts.Select(static job => job.Id.ToString()).Order());
        List<SlurmJob> ended = [];
        var wait = WaitAsync([id], ended.Add, static _ => { });
        await Scheduler.CancelAsync([id], null, Token);
        await wait;
        Assert.Equal([($"{id}+0", SlurmJobState.Cancelled), ($"{id}+1", SlurmJobState.Cancelled)], ended.Select(static job => (job.Id.ToString(), job.State)).Order());
    }

    [Theory]
    [InlineData("a|b\tc")]
    [InlineData("two\nlines JobState=COMPLETED")]
    [InlineData("~token~,%j %s \\0")]
    [InlineData("Ünïcode 🙂")]
    public async Task Names_and_comments_come_back_as_they_were(string text)
    {
        var (_, output, _) = await Rig.RunAsync("sbatch", "--parsable", "--hold", $"--job-name={text}", $"--comment={text}", "--wrap=true");
        var id = SlurmJobId.Parse(output.Trim());
        var job = Assert.Single((await Scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [id] }, Token)).Jobs);
        await Scheduler.CancelAsync([id], null, Token);
        Assert.Equal((text, text), (job.Name, job.Comment));
    }

    [Fact]
    public async Task Without_accounting_jobs_are_waited_for_all_the_same_and_its_lack_is_said()
    {
        await using var rig = await SlurmRig.StartAsync(new SlurmRigOptions { Accounting = false });
        await using var scheduler = Open(rig);
        var id = (await scheduler.SubmitAsync(Plain with { Command = ["sh", "-c", "exit 3"] }, rig.WorkFolder, Token)).Id;
        List<SlurmJob> ended = [];
        var troubles = new List<string>();
        await new SlurmWait(scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(2) }, TimeProvider.System)
            .RunAsync([id], ended.Add, static (lost, _) => Assert.Fail($"{lost} is lost."), progress => { if (progress.Trouble is { } trouble) troubles.Add(trouble); }, Token);
        Assert.Equal((SlurmJobState.Failed, 3), (Assert.Single(ended).State, ended[0].ExitCode));
        var answer = await scheduler.ReadJobsAsync(new SlurmJobQuery { Since = TimeSpan.FromHours(1) }, Token);
        Assert.Equal("SlurmAccountingOff", answer.Missing?.Id);
        Assert.Equal(id, Assert.Single(answer.Jobs).Id);
    }

    private static SlurmScheduler Open(SlurmRig rig) => new(new LocalChannel(), new SlurmOptions("luck") { Configuration = rig.Configuration });

    private static Task<GpuOpsException> FaultAsync(Func<Task> work) => Assert.ThrowsAsync<GpuOpsException>(work);

    private async Task<SlurmJobId> SubmitAsync(SlurmJobRequest request) => (await Scheduler.SubmitAsync(request, Rig.WorkFolder, Token)).Id;

    private Task<string> RunningAsync(SlurmJobId id) =>
        Rig.UntilAsync($"job {id} runs", static result => result.Output.Trim() == "RUNNING", "squeue", "-h", "-j", id.ToString(), "-o", "%T");

    private async Task<string> AccountedAsync(SlurmJobId id) =>
        (await Rig.UntilAsync($"the accounting has the end of job {id}", static result => result.Output.Trim() is not ("" or "PENDING" or "RUNNING"), "sacct", "-nXP", "-j", id.ToString(), "--format=State")).Trim();

    private async Task ConfigureAsync(string text)
    {
        await File.WriteAllTextAsync(Rig.Configuration, text, Token);
        Assert.Equal(0, (await Rig.RunAsync("scontrol", "reconfigure")).ExitCode);
    }

    private async Task<SlurmJob> WaitAsync(SlurmJobId id)
    {
        SlurmJob? ended = null;
        await WaitAsync([id], job => ended = job, static _ => { });
        return ended!;
    }

    private Task WaitAsync(SlurmJobId[] ids, Action<SlurmJob> ended, Action<SlurmWaitProgress> progress) =>
        new SlurmWait(Scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(3) }, TimeProvider.System)
            .RunAsync(ids, ended, static (lost, _) => Assert.Fail($"{lost} is lost."), progress, Token);
}

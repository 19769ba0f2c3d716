using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>The scheduler against a real cluster on this host.</summary>
public sealed class SlurmSchedulerTests(SlurmCluster cluster) : IAsyncDisposable
{
    private SlurmScheduler? _scheduler;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    private SlurmScheduler Scheduler => _scheduler ??= Open(Rig.Configuration);

    public ValueTask DisposeAsync() => _scheduler?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task One_sees_ones_own_jobs_that_are_not_over()
    {
        var mine = await SubmitAsync("--gpus=a100:2", "--job-name=mine | with a bar", "--wrap=exec sleep 600");
        var over = await SubmitAsync("--wrap=true");
        await UntilAsync(over, static job => job.IsFinished);
        var others = SlurmJobId.Parse((await Rig.RunAsUserAsync("sbatch", "--parsable", "--hold", "--wrap=true")).Output.Trim());

        var jobs = await JobsAsync(new SlurmJobQuery());
        var job = Assert.Single(jobs, job => job.Id == mine);
        Assert.Equal(("mine | with a bar", "root", 2, "test"), (job.Name, job.User, job.Gpus, job.Backend));
        Assert.DoesNotContain(jobs, job => job.Id == over || job.Id == others);
        Assert.Contains(await JobsAsync(new SlurmJobQuery { AllUsers = true }), job => job.Id == others);
        Assert.Equal(others, Assert.Single(await JobsAsync(new SlurmJobQuery { Users = [RigUser.Name] })).Id);
        await Scheduler.CancelAsync([mine, others], null, Token);
    }

    [Fact]
    public async Task What_is_told_of_a_job_that_was_just_submitted_is_what_Slurm_has()
    {
        var plain = new SlurmJobRequest { Command = ["true"], AdditionalArguments = ["--hold"] };
        SlurmJobRequest[] requests =
        [
            plain with { Resources = new() { Partition = "gpu", GpusPerNode = "a100:2", Nodes = "2", TimeLimit = TimeSpan.FromSeconds(90) } },
            plain with { Resources = new() { Partition = "gpu", GpusPerTask = "1", Tasks = 3, TimeLimit = TimeSpan.FromHours(2) }, Output = "logs/%x-%j.out", Error = "%u.err", Name = "told" },
            new() { Script = "#!/bin/sh\n#SBATCH --hold -p cpu --time=1-2 --chdir=/tmp\n"u8.ToArray(), ScriptName = "own.sh" },
            plain with { Resources = new() { Partition = "gpu", Gres = "gpu:1", TimeLimit = TimeSpan.FromHours(1) }, Array = "1-3", WorkFolder = "below" },
        ];
        foreach (var request in requests)
        {
            var told = await Scheduler.SubmitAsync(request, Rig.WorkFolder, Token);
            var job = Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [told.Id] }));
            Assert.Equal(
                (job.Name, job.User, job.Partition, job.TimeLimit, job.Gpus, job.WorkFolder),
                (told.Name, told.User, told.Partition, told.TimeLimit, told.Gpus, told.WorkFolder));
            Assert.Equal((job.OutputPath, job.ErrorPath, job.Comment), (told.OutputPath, told.ErrorPath, told.Comment));
            await Scheduler.CancelAsync([told.Id], null, Token);
        }
    }

    [Fact]
    public async Task What_is_over_is_found_by_its_id_and_by_time_with_exit_code_or_signal()
    {
        var failed = await SubmitAsync("--wrap=exit 7");
        var killed = await SubmitAsync("--wrap=kill -KILL $$");
        var (seven, signal) = (await UntilAsync(failed, static job => job.IsFinished), await UntilAsync(killed, static job => job.IsFinished));
        Assert.Equal((SlurmJobState.Failed, 7, null), (seven.State, seven.ExitCode, seven.Signal));
        Assert.Equal((SlurmJobState.Failed, 9), (signal.State, signal.Signal));
        var recent = await JobsAsync(new SlurmJobQuery { Since = TimeSpan.FromHours(1) });
        Assert.Contains(recent, job => job.Id == failed);
        Assert.Contains(recent, job => job.Id == killed);
    }

    [Fact]
    public async Task A_task_is_not_its_array_nor_another_job()
    {
        var array = await SubmitAsync("--array=0-3", "--hold", "--wrap=true");
        var task = array.TaskOf(2);
        Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [array] }));
        Assert.Equal(4, (await JobsAsync(new SlurmJobQuery { Ids = [array], Expand = true })).Count);
        Assert.Equal(task, Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [task], Expand = true })).Id);
        await Scheduler.CancelAsync([task], null, Token);
        // Slurm forgets a task that was cancelled before it began, its accounting too.
        Assert.Empty(await JobsAsync(new SlurmJobQuery { Ids = [task], Expand = true }));
        Assert.Equal(SlurmJobState.Pending, Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [array.TaskOf(3)], Expand = true })).State);
        await Scheduler.CancelAsync([array], null, Token);
    }

    [Fact]
    public async Task Nobody_knows_a_job_that_never_was()
    {
        var known = await SubmitAsync("--hold", "--wrap=true");
        var unknown = SlurmJobId.Parse("4000000");
        Assert.Empty(await JobsAsync(new SlurmJobQuery { Ids = [unknown] }));
        Assert.Equal(known, Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [unknown, known] })).Id);
        Assert.Equal("SlurmJobNotFound", (await FaultAsync(() => Scheduler.HoldAsync(unknown, Token))).Id);
        await Scheduler.CancelAsync([known], null, Token);
    }

    [Fact]
    public async Task A_job_can_be_held_released_and_put_back()
    {
        var job = await SubmitAsync("--hold", "--requeue", "--wrap=exec sleep 600");
        Assert.Equal(0, Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [job] })).Priority);
        await Scheduler.ReleaseAsync(job, Token);
        await UntilAsync(job, static job => job.State == SlurmJobState.Running);
        await Scheduler.RequeueAsync(job, Token);
        Assert.Equal(1, (await UntilAsync(job, static job => job.State == SlurmJobState.Pending)).RestartCount);
        await Scheduler.HoldAsync(job, Token);
        await UntilAsync(job, static job => job.Priority == 0);
        await Scheduler.CancelAsync([job], null, Token);
    }

    [Fact]
    public async Task A_running_job_that_is_held_runs_on_and_is_held_when_it_goes_back()
    {
        var job = await SubmitAsync("--requeue", "--wrap=exec sleep 600");
        await UntilAsync(job, static job => job.State == SlurmJobState.Running);
        await Scheduler.HoldAsync(job, Token);
        Assert.Equal(SlurmJobState.Running, Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [job] })).State);
        await Scheduler.RequeueAsync(job, Token);
        await UntilAsync(job, static job => job.State == SlurmJobState.Pending && job.Priority == 0);
        await Scheduler.CancelAsync([job], null, Token);
    }

    [Fact]
    public async Task A_signal_reaches_the_script()
    {
        var file = Path.Combine(Rig.WorkFolder, "signal.txt");
        var job = await SubmitAsync($"--output={file}", "--wrap=trap 'echo got it; exit 3' USR1; echo ready; while :; do sleep 0.1; done");
        await Rig.UntilAsync("the script is ready", result => result.Output.Contains("ready", StringComparison.Ordinal), "cat", file);
        await Scheduler.CancelAsync([job], "USR1", Token);
        Assert.Equal(3, (await UntilAsync(job, static job => job.IsFinished)).ExitCode);
        Assert.EndsWith("got it\n", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_elses_job_is_not_ours_to_end()
    {
        var job = await SubmitAsync("--hold", "--wrap=true");
        var (exitCode, _, errors) = await Rig.RunAsUserAsync("scancel", job.ToString());
        Assert.Equal((true, SlurmTrouble.NotAllowed), (exitCode != 0, SlurmComplaints.Read(errors).Trouble));
        await Scheduler.CancelAsync([job], null, Token);
    }

    [Fact]
    public async Task Without_the_accounting_what_the_controller_knows_is_still_told_and_the_lack_is_said()
    {
        var job = await SubmitAsync("--wrap=exit 5");
        await UntilAsync(job, static job => job.IsFinished);
        await Rig.StopAccountingAsync();
        try
        {
            var answer = await Scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [job] }, Token);
            Assert.Equal(SlurmJobState.Failed, Assert.Single(answer.Jobs).State);
            Assert.Equal("SlurmAccountingAway", answer.Missing?.Id);
        }
        finally
        {
            await Rig.StartAccountingAsync();
        }

        Assert.Null((await Scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [job] }, Token)).Missing);
    }

    [Fact]
    public async Task A_host_without_Slurm_says_how_to_point_to_it()
    {
        await using var scheduler = new SlurmScheduler(new LocalChannel(), new SlurmOptions("none") { CommandFolder = "/nowhere" });
        var fault = await FaultAsync(() => scheduler.ReadJobsAsync(new SlurmJobQuery { AllUsers = true }, Token));
        Assert.Equal("SlurmNotFound", fault.Id);
        Assert.Contains("commandFolder", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_tells_each_job_once_when_it_is_over_however_it_ended()
    {
        var array = await SubmitAsync("--array=1-3", "--wrap=exit $SLURM_ARRAY_TASK_ID");
        var good = await SubmitAsync("--wrap=true");
        var cancelled = await SubmitAsync("--hold", "--wrap=true");
        List<SlurmJob> ended = [];
        var wait = WaitAsync([array, good, cancelled], ended.Add);
        await UntilAsync(good, static job => job.IsFinished);
        await Scheduler.CancelAsync([cancelled], null, Token);
        await wait;
        Assert.Equal(5, ended.Count);
        Assert.Equal([1, 2, 3], ended.Where(job => job.Id.IsTask).Select(job => job.ExitCode!.Value).Order());
        Assert.Equal((SlurmJobState.Completed, 0), ended.Where(job => job.Id == good).Select(job => (job.State, job.ExitCode!.Value)).Single());
        Assert.Equal(SlurmJobState.Cancelled, ended.Single(job => job.Id == cancelled).State);
    }

    [Fact]
    public async Task Waiting_outlives_a_controller_that_is_away_for_a_while()
    {
        var job = await SubmitAsync("--wrap=exec sleep 600");
        await UntilAsync(job, static job => job.State == SlurmJobState.Running);
        await Rig.SaveControllerAsync();
        List<SlurmJob> ended = [];
        var troubled = new TaskCompletionSource();
        var wait = WaitAsync([job], ended.Add, progress => { if (progress.Trouble is not null) troubled.TrySetResult(); });
        await Rig.StopControllerAsync();
        await troubled.Task.WaitAsync(Token);
        Assert.Equal("SlurmControllerAway", (await FaultAsync(() => Scheduler.ReadJobsAsync(new SlurmJobQuery { AllUsers = true }, Token))).Id);
        await Rig.StartControllerAsync();
        await Scheduler.CancelAsync([job], null, Token);
        await wait;
        Assert.Equal(SlurmJobState.Cancelled, Assert.Single(ended).State);
    }

    [Fact]
    public async Task Waiting_ends_when_its_time_is_up_and_leaves_the_jobs_alone()
    {
        var job = await SubmitAsync("--hold", "--wrap=true");
        var wait = new SlurmWait(Scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
        var fault = await FaultAsync(() => wait.RunAsync([job], Unexpected, Lost, static _ => { }, Token));
        Assert.Equal("SlurmWaitTimeout", fault.Id);
        Assert.Equal(SlurmJobState.Pending, Assert.Single(await JobsAsync(new SlurmJobQuery { Ids = [job] })).State);
        await Scheduler.CancelAsync([job], null, Token);
    }

    [Fact]
    public async Task Waiting_says_which_job_never_was()
    {
        List<SlurmJobId> lost = [];
        var unknown = SlurmJobId.Parse("4000001");
        await new SlurmWait(Scheduler, new SlurmWaitOptions(), TimeProvider.System).RunAsync([unknown], Unexpected, (id, _) => lost.Add(id), static _ => { }, Token);
        Assert.Equal(unknown, Assert.Single(lost));
    }

    private static void Unexpected(SlurmJob job) => Assert.Fail($"{job} is over.");

    private static void Lost(SlurmJobId id, SlurmJob? last) => Assert.Fail($"{id} is lost.");

    private static SlurmScheduler Open(string configuration) => new(new LocalChannel(), new SlurmOptions("test") { Configuration = configuration });

    private static Task<GpuOpsException> FaultAsync(Func<Task> work) => Assert.ThrowsAsync<GpuOpsException>(work);

    private Task WaitAsync(IReadOnlyList<SlurmJobId> ids, Action<SlurmJob> ended, Action<SlurmWaitProgress>? progress = null) =>
        new SlurmWait(Scheduler, new SlurmWaitOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(2) }, TimeProvider.System)
            .RunAsync(ids, ended, Lost, progress ?? (static _ => { }), Token);

    private async Task<SlurmJobId> SubmitAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await Rig.RunAsync(["sbatch", "--parsable", .. arguments]);
        Assert.True(exitCode == 0, errors);
        return SbatchOutput.ParseJobId(output)!.Value;
    }

    private async Task<IReadOnlyList<SlurmJob>> JobsAsync(SlurmJobQuery query) => (await Scheduler.ReadJobsAsync(query, Token)).Jobs;

    private async Task<SlurmJob> UntilAsync(SlurmJobId id, Func<SlurmJob, bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            if ((await Scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [id] }, limit.Token)).Jobs.FirstOrDefault(job => job.Id == id && isSo(job)) is { } job)
                return job;
            await Task.Delay(20, limit.Token);
        }
    }
}

using System.Collections.Concurrent;
using GpuOps.Channels;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;
using GpuOps.Timing;

namespace GpuOps.SlurmTests;

/// <summary>Watching a real cluster: each change once, none missed. Each test ends its watches and its jobs.</summary>
public sealed class SlurmWatchTests(SlurmCluster cluster) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentQueue<SlurmJobChange> _changes = [];
    private readonly ConcurrentQueue<string> _contact = [];
    private readonly List<string> _jobs = [];
    private SlurmScheduler? _scheduler;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    private SlurmScheduler Scheduler => _scheduler ??= new(new LocalChannel(), new SlurmOptions("test") { Configuration = Rig.Configuration });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
        if (_jobs.Count > 0)
            await Rig.RunAsync(["scancel", .. _jobs]);
        if (_scheduler is not null)
            await _scheduler.DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_is_new_waits_runs_and_ends_is_told_so_once_each()
    {
        var before = await SubmitAsync("--hold", "--wrap=true");
        await StartAsync(new SlurmJobQuery());
        var job = await SubmitAsync("--hold", "--job-name=watched", "--wrap=exec sleep 600");
        await SeenAsync(job, SlurmJobState.Pending);
        await Rig.RunAsync("scontrol", "release", job);
        await SeenAsync(job, SlurmJobState.Running);
        await Rig.RunAsync("scancel", job);
        await SeenAsync(job, SlurmJobState.Cancelled);
        await Rig.RunAsync("scontrol", "release", before);
        await SeenAsync(before, SlurmJobState.Completed);
        // Each begins where the one before ended; that it is about to end, or to begin, may be among them.
        var all = _changes.Where(change => change.Id.ToString() == job).ToList();
        Assert.Equal([null, .. all.SkipLast(1).Select(static change => (SlurmJobState?)change.To)], all.Select(static change => change.From));
        Assert.Equal([SlurmJobState.Pending, SlurmJobState.Running, SlurmJobState.Cancelled], ChangesOf(job).Select(static change => change.To));
        Assert.All(ChangesOf(job), static change => Assert.Equal(("watched", "root", "test"), (change.Name, change.User, change.Backend)));
        // It was there before the watch, so that only what became of it is told.
        Assert.Equal(SlurmJobState.Pending, _changes.First(change => change.Id.ToString() == before).From);
    }

    [Fact]
    public async Task A_job_that_ran_between_two_looks_is_told_too()
    {
        await SubmitAsync("--hold", "--wrap=true");
        await StartAsync(new SlurmJobQuery(), TimeSpan.FromSeconds(5));
        var job = await SubmitAsync("--wrap=exit 3");
        await Rig.UntilAsync("the job is over", static result => result.Output.Trim() == "FAILED", "squeue", "--states=all", "-h", "-j", job, "-o", "%T");
        await SeenAsync(job, SlurmJobState.Failed);
        Assert.Equal(3, ChangesOf(job)[^1].Job.ExitCode);
        Assert.Null(_changes.First(change => change.Id.ToString() == job).From);
    }

    [Fact]
    public async Task The_tasks_of_an_array_are_told_one_by_one_and_the_watch_of_it_ends_with_them()
    {
        var array = await SubmitAsync("--array=0-3", "--hold", "--wrap=exit $SLURM_ARRAY_TASK_ID");
        var watch = StartNamed(array);
        await SeenAsync($"{array}_[0-3]", SlurmJobState.Pending);
        // Slurm forgets a task that is cancelled while it waits.
        await Rig.RunAsync("scancel", $"{array}_3");
        await SeenAsync($"{array}_3", SlurmJobState.Cancelled);
        await Rig.RunAsync("scontrol", "release", array);
        await watch.WaitAsync(Patience, Token);
        Assert.Equal(
            [$"{array}_0 Completed", $"{array}_1 Failed", $"{array}_2 Failed", $"{array}_3 Cancelled"],
            _changes.Where(static change => change.Job.IsFinished).Select(static change => $"{change.Id} {change.To}").Order());
        Assert.Equal(_changes.Count, _changes.Select(static change => (change.Id, change.To)).Distinct().Count());
    }

    [Fact]
    public async Task Named_jobs_are_told_as_they_are_and_one_that_never_was_is_an_error()
    {
        var over = await SubmitAsync("--wrap=true");
        await Rig.UntilAsync("the job is over", static result => result.Output.Trim() == "COMPLETED", "squeue", "--states=all", "-h", "-j", over, "-o", "%T");
        List<string> unknown = [];
        await Watch()
            .RunJobsAsync(new SlurmJobQuery { Ids = [SlurmJobId.Parse(over), SlurmJobId.Parse("4000000")] }, static _ => true, _changes.Enqueue, id => unknown.Add($"{id}"), Token).WaitAsync(Patience, Token);
        Assert.Equal((null, SlurmJobState.Completed), _changes.Select(static change => (change.From, change.To)).Single());
        Assert.Equal(["4000000"], unknown);
    }

    [Fact]
    public async Task One_task_is_not_its_array()
    {
        var array = await SubmitAsync("--array=0-2", "--hold", "--wrap=true");
        var watch = StartNamed($"{array}_1");
        await SeenAsync($"{array}_1", SlurmJobState.Pending);
        await Rig.RunAsync("scontrol", "release", array);
        await watch.WaitAsync(Patience, Token);
        Assert.Equal([$"{array}_1"], _changes.Select(static change => $"{change.Id}").Distinct());
        Assert.Equal(SlurmJobState.Completed, _changes.Last().To);
    }

    [Fact]
    public async Task A_job_that_goes_back_into_the_queue_is_not_over()
    {
        var job = await SubmitAsync("--requeue", "--wrap=exec sleep 600");
        var watch = StartNamed(job);
        await SeenAsync(job, SlurmJobState.Running);
        await Rig.RunAsync("scontrol", "requeue", job);
        await UntilAsync($"{job} waits again", () => ChangesOf(job).Any(static change => change.From is not null && change.To == SlurmJobState.Pending));
        Assert.False(watch.IsCompleted);
        await Rig.RunAsync("scancel", job);
        await watch.WaitAsync(Patience, Token);
        Assert.Equal(SlurmJobState.Cancelled, _changes.Last().To);
    }

    [Fact]
    public async Task A_controller_that_is_away_is_said_once_and_what_happened_is_told_when_it_is_back()
    {
        var job = await SubmitAsync("--wrap=exec sleep 600");
        await Rig.UntilAsync("the job runs", static result => result.Output.Trim() == "RUNNING", "squeue", "-h", "-j", job, "-o", "%T");
        await Rig.SaveControllerAsync();
        var watch = StartNamed(job);
        await SeenAsync(job, SlurmJobState.Running);
        await Rig.StopControllerAsync();
        try
        {
            await UntilAsync("the absence is said", () => !_contact.IsEmpty || watch.IsCompleted);
        }
        finally
        {
            await Rig.StartControllerAsync();
        }

        await Rig.RunAsync("scancel", job);
        await watch.WaitAsync(Patience, Token);
        Assert.Equal(["SlurmControllerAway", "back"], _contact);
        Assert.Equal([SlurmJobState.Running, SlurmJobState.Cancelled], ChangesOf(job).Select(static change => change.To));
    }

    [Fact]
    public async Task What_is_free_is_told_first_and_when_it_changes()
    {
        var changes = new ConcurrentQueue<SlurmResourceChange>();
        await Rig.RunAsync("scancel", "--user=root");
        await Rig.UntilAsync("nothing runs", static result => result.Output.Trim().Length == 0, "squeue", "-h");
        _ = Watch().RunResourcesAsync(new SlurmResourceFilter { Partition = static name => name == "gpu" }, static _ => { }, changes.Enqueue, _stop.Token);
        await UntilAsync("the first row is there", () => !changes.IsEmpty);
        Assert.Equal((null, "gpu", 0), changes.Select(static change => (change.From, change.Partition, change.Difference)).First());
        var job = await SubmitAsync("--gpus=a100:3", "--nodes=1", "--wrap=exec sleep 600");
        await UntilAsync("three are in use", () => changes.Last().GpusFree == 29);
        await Rig.RunAsync("scancel", job);
        await UntilAsync("all are free", () => changes.Last() is { GpusFree: 32, To.NodesIdle: 4 });
        Assert.Contains("gpu: 32/32 to 29/32", changes.Select(static change => change.ToString()));
        Assert.Equal([3, -3], changes.Select(static change => change.Difference).Where(static difference => difference != 0).OrderDescending());
    }

    [Fact]
    public async Task A_report_comes_at_once_and_again_after_a_while_with_what_was_asked_for()
    {
        var job = await SubmitAsync("--gpus=2", "--nodes=1", "--wrap=exec sleep 600");
        await SubmitAsync("--array=0-4", "--gpus=1", "--hold", "--wrap=true");
        await Rig.UntilAsync("the job runs", static result => result.Output.Trim() == "RUNNING", "squeue", "-h", "-j", job, "-o", "%T");
        var reports = new ConcurrentQueue<SlurmClusterReport>();
        _ = Watch().RunReportsAsync(Schedule.Parse("1s"), Enum.GetValues<SlurmReportSection>(), reports.Enqueue, _stop.Token);
        await UntilAsync("two reports are there", () => reports.Count >= 2);
        var report = reports.First();
        Assert.Contains(report.Jobs!, static state => state is { State: SlurmJobState.Running, Gpus: >= 2 });
        Assert.Contains(report.Jobs!, static state => state is { State: SlurmJobState.Pending, Jobs: >= 5, Gpus: >= 5 });
        Assert.Contains(report.Users!, static user => user is { User: "root", Running: >= 1, GpusInUse: >= 2, Waiting: >= 5, GpusWanted: >= 5 });
        Assert.Equal(["cpu", "gpu"], report.Resources!.Select(static part => part.Partition));
        Assert.InRange(reports.ElementAt(1).Time - report.Time, TimeSpan.FromSeconds(0.5), Patience);

        var users = new ConcurrentQueue<SlurmClusterReport>();
        _ = Watch().RunReportsAsync(Schedule.Parse("* * * * * *"), [SlurmReportSection.Users], users.Enqueue, _stop.Token);
        await UntilAsync("a report of users is there", () => !users.IsEmpty);
        Assert.True(users.TryPeek(out var only) && only is { Users: not null, Jobs: null, Resources: null });
    }

    private static void Unknown(SlurmJobId id) => Assert.Fail($"{id} is unknown.");

    private SlurmWatch Watch(TimeSpan? interval = null) => new(Scheduler, interval ?? TimeSpan.FromMilliseconds(100), fault => _contact.Enqueue(fault?.Id ?? "back"), TimeProvider.System);

    private Task StartNamed(string id) => Watch().RunJobsAsync(new SlurmJobQuery { Ids = [SlurmJobId.Parse(id)] }, static _ => true, _changes.Enqueue, Unknown, _stop.Token);

    /// <summary>Starts a watch that has had its first look when this returns.</summary>
    private async Task StartAsync(SlurmJobQuery query, TimeSpan? interval = null)
    {
        var looked = new TaskCompletionSource();
        _ = Watch(interval).RunJobsAsync(query, job => { looked.TrySetResult(); return true; }, _changes.Enqueue, Unknown, _stop.Token);
        await looked.Task.WaitAsync(Patience, Token);
    }

    private List<SlurmJobChange> ChangesOf(string id) =>
        [.. _changes.Where(change => change.Id.ToString() == id && change.To is not (SlurmJobState.Completing or SlurmJobState.Configuring))];

    private Task SeenAsync(string id, SlurmJobState state) => UntilAsync($"{id} is {state}", () => _changes.Any(change => change.Id.ToString() == id && change.To == state));

    private async Task UntilAsync(string what, Func<bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        try
        {
            while (!isSo())
                await Task.Delay(20, limit.Token);
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited in vain until {what}. Seen: {string.Join("; ", _changes)}; {string.Join("; ", _contact)}");
        }
    }

    private async Task<string> SubmitAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await Rig.RunAsync(["sbatch", "--parsable", "--output=/dev/null", .. arguments]);
        Assert.True(exitCode == 0, errors);
        _jobs.Add(output.Trim());
        return output.Trim();
    }
}

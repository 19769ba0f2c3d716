using System.Globalization;
using GpuOps.Configuration;
using GpuOps.Rigs;
using GpuOps.Schedulers;

namespace GpuOps.ServerTests;

/// <summary>Jobs that do not want what everybody wants.</summary>
public sealed class ServiceJobTests
{
    private static readonly string? FakeTime = new[] { "x86_64", "aarch64" }
        .Select(static machine => $"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_cannot_be_started_fails_with_words_and_gives_its_gpu_back()
    {
        await using var rig = await ServiceRig.StartAsync();
        var unknown = await rig.Client.SubmitJobAsync(rig.Script("", gpus: 1) with { Arguments = ["no-such-program-at-all"] }, Stop);
        var nowhere = await rig.Client.SubmitJobAsync(rig.Script("true", gpus: 1) with { WorkFolder = "/no/such/folder" }, Stop);
        var wild = await rig.Client.SubmitJobAsync(rig.Script("", gpus: 1) with { Script = "#!/no/such/shell\n"u8.ToArray(), Arguments = [] }, Stop);
        foreach (var (job, word) in new[] { (unknown, "no-such-program-at-all"), (nowhere, "/no/such/folder"), (wild, "script") })
        {
            var ended = await rig.EndAsync(job);
            Assert.Equal((GpuJobState.Failed, null, null), (ended.State, ended.ExitCode, ended.Signal));
            Assert.Contains(word, ended.Reason, StringComparison.Ordinal);
        }

        await NothingIsHeldAsync(rig);
    }

    [Fact]
    public async Task What_ignores_signals_leaves_its_session_and_forks_is_cancelled_when_nothing_is_left()
    {
        await using var rig = await ServiceRig.StartAsync();
        const string script = "trap '' INT TERM HUP; for i in 1 2 3; do setsid sh -c 'trap \"\" INT TERM HUP; (while :; do sleep 0.05; done) & while :; do sleep 1000; done' & done; echo on > $F/on; while :; do sleep 1000; done";
        var job = await rig.Client.SubmitJobAsync(rig.Script(script, gpus: 1) with { Grace = TimeSpan.FromMilliseconds(200) }, Stop);
        await rig.ReadAsync("on", static text => text.Length > 0);
        await rig.Client.StopJobAsync(job.Id, Stop);
        Assert.Equal(GpuJobState.Cancelled, (await rig.EndAsync(job)).State);
        Assert.Empty(await rig.JobProcessesAsync());
        await NothingIsHeldAsync(rig);
    }

    [Fact]
    public async Task More_jobs_can_be_waited_for_than_a_request_can_name()
    {
        await using var rig = await ServiceRig.StartAsync();
        var job = await rig.SubmitAsync("exit 0");
        string[] ids = [job.Id, .. Enumerable.Range(100_000, 2_000).Select(static number => number.ToString(CultureInfo.InvariantCulture))];
        List<GpuJobEnd> ends = [];
        await foreach (var end in rig.Client.WaitJobsAsync(ids, null, Stop))
            ends.Add(end);
        Assert.Equal(ids.Order(), ends.Select(static end => end.Id).Order());
        Assert.Equal(GpuJobState.Completed, ends.Single(static end => end.Job is not null).Job!.State);
    }

    [Fact]
    public async Task More_jobs_can_be_looked_at_than_a_request_can_name()
    {
        await using var rig = await ServiceRig.StartAsync();
        string[] own = [(await rig.SubmitAsync("exit 0")).Id, (await rig.SubmitAsync("exit 0")).Id];
        string[] ids = [own[1], .. Enumerable.Range(100_000, 2_000).Select(static number => number.ToString(CultureInfo.InvariantCulture)), own[0]];
        Assert.Equal(own, (await rig.Client.ReadJobsAsync(new GpuJobQuery { Ids = ids }, Stop)).Select(static job => job.Id));
        Assert.Equal([own[1]], (await rig.Client.ReadJobsAsync(new GpuJobQuery { Ids = ids, NewestFirst = true, Limit = 1 }, Stop)).Select(static job => job.Id));
    }

    [Fact]
    public async Task A_time_limit_ends_a_job_and_says_so()
    {
        await using var rig = await ServiceRig.StartAsync();
        var job = await rig.Client.SubmitJobAsync(rig.Script("sleep 1000 & wait", gpus: 1) with { TimeLimit = TimeSpan.FromMilliseconds(500) }, Stop);
        var ended = await rig.EndAsync(job);
        Assert.Equal(GpuJobState.Failed, ended.State);
        Assert.Contains("limit", ended.Reason, StringComparison.Ordinal);
        Assert.Empty(await rig.JobProcessesAsync());
        await NothingIsHeldAsync(rig);
    }

    [Fact]
    public async Task A_clock_that_jumps_ends_no_job_and_keeps_none_from_starting()
    {
        const string missing = "libfaketime is not installed (apt-get install libfaketime)";
        Assert.SkipUnless(FakeTime is not null || RigFiles.AreRequired, missing);
        Assert.True(FakeTime is not null, missing);
        var clock = Path.GetTempFileName();
        SetClock(clock, TimeSpan.Zero);
        await using var rig = await ServiceRig.StartAsync(
            null, ("LD_PRELOAD", FakeTime), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"));
        var job = await rig.Client.SubmitJobAsync(
            rig.Script("echo on > $F/on; while ! [ -e $F/go ]; do sleep 0.02; done; exit 5", gpus: 8) with { TimeLimit = TimeSpan.FromMinutes(10) }, Stop);
        await rig.ReadAsync("on", static text => text.Length > 0);
        foreach (var jump in new[] { TimeSpan.FromHours(-1), TimeSpan.FromHours(2), TimeSpan.FromHours(-30) })
        {
            SetClock(clock, jump);
            // Somebody else's turn does not come while it runs, and what needs no GPU starts.
            var waiting = await rig.SubmitAsync("true", gpus: 1);
            Assert.Equal(GpuJobState.Completed, (await rig.EndAsync(await rig.SubmitAsync("true"))).State);
            Assert.Equal(GpuJobState.Running, (await rig.FindAsync(job.Id)).State);
            Assert.Equal(GpuJobState.Queued, (await rig.FindAsync(waiting.Id)).State);
        }

        rig.Write("go");
        Assert.Equal(5, (await rig.EndAsync(job)).ExitCode);
        var all = await rig.Client.ReadJobsAsync(new GpuJobQuery(), Stop);
        Assert.All(await rig.EndsAsync([.. all.Select(static each => each.Id)]), each => Assert.True(each.Id == job.Id || each.State == GpuJobState.Completed, each.Reason));
        await NothingIsHeldAsync(rig);
        File.Delete(clock);
    }

    private static async Task NothingIsHeldAsync(ServiceRig rig) =>
        Assert.Empty((await rig.Pool.ReadAsync(ConfigurationEnvironment.FromProcess(null).HostName, Stop)).Reservations);

    private static void SetClock(string file, TimeSpan offset)
    {
        // Renamed into place: it may be read at any moment.
        File.WriteAllText(file + ".next", string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(file + ".next", file, overwrite: true);
    }
}

using System.Globalization;
using System.Text;
using GpuOps.Channels;
using GpuOps.Rigs;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>What jobs of a real cluster write, each byte once.</summary>
public sealed class SlurmJobLogTests(SlurmCluster cluster) : IAsyncLifetime
{
    private SlurmScheduler _scheduler = null!;
    private string _folder = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    public ValueTask InitializeAsync()
    {
        _scheduler = new SlurmScheduler(new LocalChannel(), new SlurmOptions("test") { Configuration = Rig.Configuration });
        _folder = Directory.CreateDirectory(Path.Combine(Rig.WorkFolder, $"log-{Guid.NewGuid():N}")).FullName;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _scheduler.DisposeAsync();

    [Fact]
    public async Task A_job_that_waits_is_followed_from_its_first_byte_to_its_last()
    {
        var job = await SubmitAsync("--hold", $"--output={_folder}/%x.%j.out", "--job-name=it waits");
        var log = Follow(job);
        await log.UntilAsync(static log => log.Progress is { Jobs: [{ State: SlurmJobState.Pending, Reason: "JobHeldUser" }] }, Token);
        await _scheduler.ReleaseAsync(job, Token);
        await log.UntilAsync(static log => log.Read("").Contains("line 5 ", StringComparison.Ordinal), Token);
        await EndAsync(log);
        await ReadWholeAsync(log, $"it waits.{job}.out");
    }

    [Fact]
    public async Task A_job_that_is_put_back_and_begins_again_is_followed_through_both_runs()
    {
        var job = await SubmitAsync("--requeue", "--open-mode=truncate", $"--output={_folder}/again.out");
        var log = Follow(job);
        await log.UntilAsync(static log => log.Read("").Contains("line 3 ", StringComparison.Ordinal), Token);
        await _scheduler.RequeueAsync(job, Token);
        await UntilAsync(job, static job => job.State == SlurmJobState.Pending);
        var first = await StableAsync($"{_folder}/again.out");
        await log.UntilAsync(log => log.Read("") == first, Token);
        await BeginAsync(job);
        await log.UntilAsync(log => log.Read("").Length > first.Length + 50, Token);
        await EndAsync(log);
        Assert.Equal(first + await TextAsync($"{_folder}/again.out"), log.Read(""));
        Assert.Contains("DUE TO JOB REQUEUE", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_begins_again_and_appends_is_followed_on()
    {
        var job = await SubmitAsync("--requeue", "--open-mode=append", $"--output={_folder}/more.out");
        var log = Follow(job);
        await log.UntilAsync(static log => log.Read("").Contains("line 3 ", StringComparison.Ordinal), Token);
        await _scheduler.RequeueAsync(job, Token);
        await UntilAsync(job, static job => job.State == SlurmJobState.Pending);
        var first = await StableAsync($"{_folder}/more.out");
        await BeginAsync(job);
        await log.UntilAsync(log => log.Read("").Length > first.Length + 50, Token);
        await EndAsync(log);
        await ReadWholeAsync(log, "more.out");
    }

    [Fact]
    public async Task A_log_that_is_rotated_under_a_running_job_is_followed_where_it_goes()
    {
        var job = await SubmitAsync($"--output={_folder}/turn.out");
        var path = $"{_folder}/turn.out";
        var log = Follow(job);
        await log.UntilAsync(static log => log.Read("").Contains("line 3 ", StringComparison.Ordinal), Token);
        // The job has the file open, and so writes on to the renamed one.
        File.Move(path, path + ".1");
        await File.WriteAllTextAsync(path, "", Token);
        var seen = log.Read("").Length;
        await log.UntilAsync(log => log.Read("").Length > seen + 100, Token);
        await EndAsync(log);
        Assert.Equal(await TextAsync(path + ".1"), log.Read(""));
    }

    [Fact]
    public async Task Each_task_of_an_array_is_followed_in_its_own_file()
    {
        var array = await SubmitAsync("--array=1-3%2", $"--output={_folder}/%A_%a.out", $"--error={_folder}/%A_%a.err");
        var log = Follow(array);
        await log.UntilAsync(static log => log.Read("_1.out").Contains("line 3 ", StringComparison.Ordinal) && log.Read("_2.out").Contains("line 3 ", StringComparison.Ordinal), Token);
        Assert.Equal("", log.Read("_3.out"));
        await EndAsync(log);
        foreach (var task in (int[])[1, 2, 3])
            await ReadWholeAsync(log, $"_{task}.out");
    }

    [Fact]
    public async Task Output_and_errors_are_told_apart_and_the_last_lines_are_enough()
    {
        var job = await SubmitTextAsync("for i in $(seq 50000); do echo out $i; done; echo err >&2; echo 'end' >&2", $"--output={_folder}/two.out", $"--error={_folder}/two.err");
        await UntilAsync(job, static job => job.IsFinished);
        Assert.Equal("err\nend\n", (await ReadAsync(new SlurmLogOptions { Stream = GpuJobLogKind.Error }, job)).Read(""));
        Assert.Equal("out 49999\nout 50000\n", (await ReadAsync(new SlurmLogOptions { Stream = GpuJobLogKind.Output, Tail = 2 }, job)).Read(""));
        var both = await ReadAsync(new SlurmLogOptions(), job);
        await ReadWholeAsync(both, "two.out");
        await ReadWholeAsync(both, "two.err");
    }

    [Fact]
    public async Task What_has_no_log_says_why()
    {
        var held = await SubmitTextAsync("true", "--hold", $"--output={_folder}/held.out");
        var silent = await SubmitTextAsync("true", "--output=/dev/null");
        var lost = await SubmitTextAsync("true", $"--output={_folder}/lost.out");
        await UntilAsync(lost, static job => job.IsFinished);
        File.Delete($"{_folder}/lost.out");
        var log = await ReadAsync(new SlurmLogOptions(), held, silent, lost, SlurmJobId.Parse("4000000"));
        Assert.Equal(["SlurmJobNotBegun", "SlurmJobNotFound", "SlurmLogDiscarded", "SlurmLogNotFound"], log.Faults.Select(static fault => fault.Id).Order());
        await _scheduler.CancelAsync([held], null, Token);
    }

    [Fact]
    public async Task Following_outlives_a_controller_that_is_away_for_a_while()
    {
        var job = await SubmitAsync($"--output={_folder}/alone.out");
        var log = Follow(job);
        await log.UntilAsync(static log => log.Read("").Contains("line 3 ", StringComparison.Ordinal), Token);
        await Rig.SaveControllerAsync();
        await Rig.StopControllerAsync();
        await log.UntilAsync(static log => log.Progress?.Trouble is not null, Token);
        var seen = log.Read("").Length;
        await log.UntilAsync(log => log.Read("").Length > seen, Token);
        await Rig.StartControllerAsync();
        await EndAsync(log);
        await ReadWholeAsync(log, "alone.out");
    }

    private SlurmLogReader Follow(SlurmJobId job) => new(_scheduler, SlurmLogReader.Follow, Token, new SlurmLogTarget(job));

    private async Task<SlurmLogReader> ReadAsync(SlurmLogOptions options, params SlurmJobId[] jobs)
    {
        var log = new SlurmLogReader(_scheduler, options, Token, [.. jobs.Select(static job => new SlurmLogTarget(job))]);
        await log.Done;
        return log;
    }

    /// <summary>Lets the jobs end, and the following with them.</summary>
    private async Task EndAsync(SlurmLogReader log)
    {
        await File.WriteAllTextAsync($"{_folder}/stop", "", Token);
        await log.Done;
        Assert.Empty(log.Faults);
    }

    private async Task ReadWholeAsync(SlurmLogReader log, string file) =>
        Assert.Equal(await TextAsync(Directory.GetFiles(_folder).Single(path => path.EndsWith(file, StringComparison.Ordinal))), log.Read(file));

    private static async Task<string> TextAsync(string path) => Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path, Token));

    /// <summary>The file once Slurm has written there why the job was ended.</summary>
    private async Task<string> StableAsync(string path)
    {
        await Rig.UntilAsync("the end of the first run is told", static result => result.ExitCode == 0, "grep", "-qa", "DUE TO JOB REQUEUE", path);
        return await TextAsync(path);
    }

    /// <summary>
    /// Lets a job that was put back begin at once. Slurm would wait two minutes, and for a reason: a node knows only by the
    /// second when the first run was ended there, and refuses one of the same second as a part of that ("credential revoked").
    /// </summary>
    private async Task BeginAsync(SlurmJobId job)
    {
        await Rig.UntilAsync("the node has nothing of the first run", static result => result.Output.Length == 0,
            "find", $"{Rig.Folder}/spool", "-name", $"*_{job}.*", "-o", "-name", $"job{int.Parse(job.Base, CultureInfo.InvariantCulture):00000}");
        var second = (await Rig.RunAsync("date", "+%s")).Output;
        await Rig.UntilAsync("the next second has begun", result => result.Output != second, "date", "+%s");
        await Rig.UntilAsync("the job begins again", static result => result.Output.Contains("RUNNING", StringComparison.Ordinal),
            "sh", "-c", $"scontrol update JobId={job} StartTime=now; squeue --noheader --job={job} --format=%T");
    }

    private Task<SlurmJobId> SubmitAsync(params string[] arguments) => SubmitTextAsync(SlurmLogReader.Writer, arguments);

    private async Task<SlurmJobId> SubmitTextAsync(string text, params string[] arguments)
    {
        var script = Path.Combine(_folder, "script.sh");
        await File.WriteAllTextAsync(script, text.StartsWith("#!", StringComparison.Ordinal) ? text : "#!/bin/sh\n" + text, Token);
        var (exitCode, output, errors) = await Rig.RunAsync(["sbatch", "--parsable", .. arguments, script, $"{_folder}/stop"]);
        Assert.True(exitCode == 0, errors);
        return SbatchOutput.ParseJobId(output)!.Value;
    }

    private async Task UntilAsync(SlurmJobId id, Func<SlurmJob, bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!(await _scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [id] }, limit.Token)).Jobs.Any(isSo))
            await Task.Delay(20, limit.Token);
    }
}

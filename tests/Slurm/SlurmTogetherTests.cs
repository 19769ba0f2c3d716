using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>Several jobs submitted together to a real cluster.</summary>
public sealed class SlurmTogetherTests(SlurmCluster cluster)
{
    private static readonly SlurmJobRequest Held = new() { Command = ["true"], Output = "/dev/null", AdditionalArguments = ["--hold"] };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    [Fact]
    public async Task Each_has_its_own_fate_and_the_others_go_on()
    {
        await using var scheduler = Open();
        var answers = await scheduler.SubmitAsync(
            [Held with { Name = "first" }, Held with { Name = "bad", Resources = new() { Partition = "nowhere" } }, Held with { Array = "9-x" }, Held with { Name = "last", Output = "together/%j.out" }],
            Rig.WorkFolder, Token);
        Assert.Equal(["first", null, null, "last"], answers.Select(static answer => answer.Job?.Name));
        Assert.Equal([null, "SlurmRefused", "InvalidSlurmArray", null], answers.Select(static answer => answer.Fault?.Id));
        Assert.Contains("invalid partition specified: nowhere", answers[1].Fault!.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(Rig.WorkFolder, "together")));
        var jobs = (await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [answers[0].Job!.Id, answers[3].Job!.Id] }, Token)).Jobs;
        Assert.Equal(["first", "last"], jobs.OrderBy(static job => job.Name).Select(static job => job.Name));
        await scheduler.CancelAsync([.. jobs.Select(static job => job.Id)], null, Token);
    }

    [Fact]
    public async Task A_line_submits_in_order_and_takes_back_what_nobody_was_told_of()
    {
        await using var scheduler = Open();
        using var stop = new CancellationTokenSource();
        var name = $"line-{Guid.NewGuid():N}";
        var line = new SlurmSubmissionLine(scheduler, Rig.WorkFolder, stop.Token);
        for (var at = 0; at < 200; at++)
            line.Add(Held with { Name = name, Comment = $"number {at}" });
        List<SlurmJob> taken = [];
        while (taken.Count < 40 && await line.WaitAsync(Token))
        {
            while (taken.Count < 40 && line.TryTake(out var submitted))
                taken.Add(submitted.Job!);
        }

        await stop.CancelAsync();
        await line.Completion.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.All(taken.Index(), static job => Assert.StartsWith($"number {job.Index} ", job.Item.Comment, StringComparison.Ordinal));
        var left = (await scheduler.ReadJobsAsync(new SlurmJobQuery(), Token)).Jobs.Where(job => job.Name == name);
        Assert.Equal(taken.Select(static job => job.Id.ToString()).Order(), left.Select(static job => job.Id.ToString()).Order());
        await scheduler.CancelAsync([.. taken.Select(static job => job.Id)], null, Token);
    }

    [Fact]
    public async Task A_host_without_sbatch_fails_each_with_how_to_point_to_it()
    {
        await using var scheduler = new SlurmScheduler(new LocalChannel(), new SlurmOptions("none") { CommandFolder = "/nowhere" });
        var answers = await scheduler.SubmitAsync([Held, Held], Rig.WorkFolder, Token);
        Assert.All(answers, static answer => Assert.Equal("SlurmNotFound", answer.Fault?.Id));
        Assert.Contains("commandFolder", (await Assert.ThrowsAsync<GpuOpsException>(() => scheduler.SubmitAsync(Held, Rig.WorkFolder, Token))).Message, StringComparison.Ordinal);
    }

    private SlurmScheduler Open() => new(new LocalChannel(), new SlurmOptions("together") { Configuration = Rig.Configuration });
}

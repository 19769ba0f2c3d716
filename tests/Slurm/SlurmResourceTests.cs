using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.SlurmTests;

/// <summary>What is free on a real cluster, and waiting for it. Each test gives back what it took: the cluster is everybody's.</summary>
public sealed class SlurmResourceTests(SlurmCluster cluster) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<string[]> _undo = [];
    private SlurmScheduler? _scheduler;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SlurmRig Rig => cluster.Rig;

    private SlurmScheduler Scheduler => _scheduler ??= new(new LocalChannel(), new SlurmOptions("test") { Configuration = Rig.Configuration });

    public async ValueTask DisposeAsync()
    {
        foreach (var argv in Enumerable.Reverse(_undo))
            await Rig.RunAsync(argv);
        if (_scheduler is not null)
        {
            await UntilAsync("nothing is in use any more", static all => all.Total is { GpusFree: 32, NodesIdle: 6 });
            await _scheduler.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_cluster_is_counted_by_partition_by_node_and_in_all()
    {
        await SubmitAsync("--nodelist=gpu01", "--gpus=a100:3", "--wrap=exec sleep 600");
        await SubmitAsync("--nodelist=gpu02", "--gpus=2", "--wrap=exec sleep 600");
        await UntilAsync("both jobs run", static all => all.Total.GpusInUse == 5);
        await ChangeAsync(["update", "nodename=gpu02", "state=drain", "reason=bad fan"], ["update", "nodename=gpu02", "state=resume"]);
        await ChangeAsync(["update", "nodename=gpu03", "state=down", "reason=lost"], ["update", "nodename=gpu03", "state=resume"]);
        await ChangeAsync(["create", "partition=both", "nodes=gpu01,cpu01"], ["delete", "partition=both"]);

        // In use on a node that drains stays in use; what is free there is not.
        var all = await Scheduler.ReadResourcesAsync(null, Token);
        Assert.Equal(new SlurmGpuCount("a100", 32, 5, 13, 14), Assert.Single(all.Total.Gpus));
        Assert.Equal((6, 3, 1, 1, 1), (all.Total.NodesTotal, all.Total.NodesIdle, all.Total.NodesMixed, all.Total.NodesDraining, all.Total.NodesDown));
        Assert.Equal(["both 5/8", "cpu 0/0", "gpu 13/32"], all.Partitions.Select(static part => part.ToString()));
        Assert.Equal([false, false, true], all.Partitions.Select(static part => part.IsDefault));
        Assert.Equal("gpu01 5/8, gpu02 0/8, gpu03 0/8, gpu04 8/8", string.Join(", ", all.Nodes.Where(static node => node.GpusTotal > 0).OrderBy(static node => node.Node).Select(static node => node.ToString())));
        var draining = all.Nodes.Single(static node => node.Node == "gpu02");
        Assert.Equal((SlurmNodeCondition.Draining, "bad fan", 2, 6, "test"), (draining.Condition, draining.Reason, draining.GpusInUse, draining.GpusUnusable, draining.Backend));
    }

    [Fact]
    public async Task GPUs_that_an_exclusive_job_keeps_from_others_are_not_free()
    {
        await SubmitAsync("--nodelist=gpu01", "--exclusive", "--wrap=exec sleep 600");
        var all = await UntilAsync("the job runs", static all => all.Total.NodesAllocated == 1);
        Assert.Equal("gpu01 0/8", all.Nodes.Single(static node => node.Node == "gpu01").ToString());
        Assert.Equal(24, all.Total.GpusFree);
    }

    [Fact]
    public async Task A_reservation_takes_its_node_away()
    {
        await ChangeAsync(
            ["create", "reservation", "ReservationName=class", "StartTime=now", "Duration=60", "Users=root", "Nodes=gpu04"], ["delete", "ReservationName=class"]);
        var all = await UntilAsync("the reservation has begun", static all => all.Total.NodesReserved == 1);
        Assert.Equal((24, 8), (all.Total.GpusFree, all.Total.GpusUnusable));
    }

    [Theory]
    [InlineData("DOWN")]
    [InlineData("DRAIN")]
    [InlineData("INACTIVE")]
    public async Task A_partition_that_starts_no_jobs_has_nothing_free_until_it_is_up_again(string state)
    {
        await ChangeAsync(["update", "partitionname=gpu", $"state={state}"], ["update", "partitionname=gpu", "state=UP"]);
        var gpu = (await Scheduler.ReadResourcesAsync(null, Token)).Partitions.Single(static part => part.Partition == "gpu");
        Assert.Equal((state, 0, 32), (gpu.State.ToString()!.ToUpperInvariant(), gpu.GpusFree, gpu.GpusUnusable));
        var wait = WaitAsync(new() { Gpus = 32 }, out var looked);
        await looked.WaitAsync(Patience, Token);
        Assert.False(wait.IsCompleted);
        await Rig.RunAsync("scontrol", "update", "partitionname=gpu", "state=UP");
        Assert.Equal(("gpu", 32), ((await wait).Partition, (await wait).GpusFree));
    }

    [Fact]
    public async Task Waiting_ends_when_a_job_does()
    {
        var job = await SubmitAsync("--gpus=30", "--nodes=4", "--wrap=exec sleep 600");
        await UntilAsync("the job runs", static all => all.Total.GpusInUse == 30);
        Assert.Equal(2, (await WaitAsync(new() { Gpus = 2 }, out _)).GpusFree);
        var wait = WaitAsync(new() { GpusPerNode = 8, Nodes = 2 }, out var looked);
        await looked.WaitAsync(Patience, Token);
        Assert.False(wait.IsCompleted);
        await Rig.RunAsync("scancel", job);
        Assert.Equal(("gpu", 32), ((await wait).Partition, (await wait).GpusFree));
    }

    [Fact]
    public async Task Waiting_outlives_a_controller_that_is_away_for_a_while()
    {
        var job = await SubmitAsync("--gpus=32", "--nodes=4", "--wrap=exec sleep 600");
        await UntilAsync("the job runs", static all => all.Total.GpusInUse == 32);
        await Rig.SaveControllerAsync();
        var troubled = new TaskCompletionSource();
        var wait = WaitAsync(new() { Gpus = 32 }, (_, trouble) => { if (trouble is not null) troubled.TrySetResult(); });
        await Rig.StopControllerAsync();
        try
        {
            await await Task.WhenAny(troubled.Task, wait).WaitAsync(Patience, Token);
        }
        finally
        {
            await Rig.StartControllerAsync();
        }

        Assert.False(wait.IsCompleted);
        await Rig.RunAsync("scancel", job);
        Assert.Equal(32, (await wait).GpusFree);
    }

    [Fact]
    public async Task More_than_there_is_is_said_at_once_with_the_numbers()
    {
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => WaitAsync(new() { Gpus = 33 }, out _));
        Assert.Equal("SlurmResourceImpossible", fault.Id);
        Assert.Contains("33 free GPUs", fault.Message, StringComparison.Ordinal);
        Assert.Contains("gpu has 32 GPUs in all on 4 nodes", fault.Message, StringComparison.Ordinal);
        Assert.Equal("SlurmResourceImpossible", (await Assert.ThrowsAsync<GpuOpsException>(() => WaitAsync(new() { GpusPerNode = 9 }, out _))).Id);
    }

    [Fact]
    public async Task Waiting_ends_when_its_time_is_up_and_says_how_it_stands()
    {
        await SubmitAsync("--gpus=30", "--nodes=4", "--wrap=exec sleep 600");
        await UntilAsync("the job runs", static all => all.Total.GpusInUse == 30);
        var wait = new SlurmResourceWait(Scheduler, new SlurmPoll(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)), TimeProvider.System);
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => wait.RunAsync(new() { Gpus = 3 }, new(), static (_, _) => { }, Token));
        Assert.Equal(("SlurmWaitTimeout", GpuOpsErrorKind.Timeout), (fault.Id, fault.Kind));
        Assert.Contains("gpu has 2 GPUs free", fault.Message, StringComparison.Ordinal);
    }

    private Task<SlurmResource> WaitAsync(SlurmResourceNeed need, out Task looked)
    {
        var first = new TaskCompletionSource();
        looked = first.Task;
        return WaitAsync(need, (_, _) => first.TrySetResult());
    }

    private Task<SlurmResource> WaitAsync(SlurmResourceNeed need, Action<IReadOnlyList<SlurmResource>, string?> progress) =>
        new SlurmResourceWait(Scheduler, new SlurmPoll(TimeSpan.FromMilliseconds(50), Patience), TimeProvider.System)
            .RunAsync(need, new() { Partition = static name => name is "gpu" }, progress, Token);

    private async Task<string> SubmitAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await Rig.RunAsync(["sbatch", "--parsable", "--output=/dev/null", .. arguments]);
        Assert.True(exitCode == 0, errors);
        _undo.Add(["scancel", output.Trim()]);
        return output.Trim();
    }

    private async Task ChangeAsync(string[] change, string[] undo)
    {
        _undo.Add(["scontrol", .. undo]);
        var (exitCode, output, errors) = await Rig.RunAsync(["scontrol", .. change]);
        Assert.True(exitCode == 0, output + errors);
    }

    private async Task<SlurmResources> UntilAsync(string what, Func<SlurmResources, bool> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        SlurmResources? last = null;
        try
        {
            while (!isSo(last = await Scheduler.ReadResourcesAsync(null, limit.Token)))
                await Task.Delay(50, limit.Token);
            return last;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited in vain until {what}. Last: {string.Join(", ", last?.Nodes.Select(static node => $"{node} {node.StateText}") ?? [])}");
        }
    }
}

using System.Globalization;
using GpuOps.Configuration;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;
using GpuOps.Pools.Sqlite;
using GpuOps.Probes;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Service;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.ServerTests;

/// <summary>The queue's engine with the real supervisor, a real pool and real programs, which write down themselves what they had.</summary>
public sealed class QueueEngineTests : IAsyncLifetime
{
    private const int Gpus = 8;
    private const string Use = "echo $GPUOPS_JOB_ID $CUDA_VISIBLE_DEVICES $(date +%s%N) >> $F/begun; sleep 0.0$(($GPUOPS_JOB_ID % 4)); echo $GPUOPS_JOB_ID $(date +%s%N) >> $F/ended";

    private readonly SupervisorRig _rig = new();
    private SqliteGpuPool _pool = null!;
    private QueueStore _store = null!;
    private QueueService _service = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _pool = new SqliteGpuPool(new SqlitePoolOptions(_rig.PoolFile));
        await _pool.InitializeAsync(
            new PoolLayout("box", [.. Enumerable.Range(0, Gpus).Select(static id => new PoolGpu { Host = "box", Id = id, Device = $"{id}" })]), force: false, dryRun: false, Token);
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _rig.DisposeAsync();
        await _pool.DisposeAsync();
    }

    [Fact]
    public async Task Jobs_end_as_their_programs_do()
    {
        string[] ids = [await SubmitAsync("echo out; echo err >&2; exit 3", 1), await SubmitAsync("kill -9 $$", 0), await SubmitAsync("echo $CUDA_VISIBLE_DEVICES $A", 2)];
        var failed = await EndAsync(ids[0]);
        Assert.Equal((GpuJobState.Failed, 3, "out\n", "err\n"), (failed.State, failed.ExitCode, await File.ReadAllTextAsync(failed.OutputPath, Token), await File.ReadAllTextAsync(failed.ErrorPath, Token)));
        Assert.Equal((GpuJobState.Failed, 9), await EndAsync(ids[1]) is var killed ? (killed.State, killed.Signal) : default);
        var completed = await EndAsync(ids[2]);
        Assert.Equal((GpuJobState.Completed, $"{string.Join(',', completed.GpuId)} b\n"), (completed.State, await File.ReadAllTextAsync(completed.OutputPath, Token)));
        await Wait.UntilAsync(() => _pool.ReadAsync("box", Token).Result.Reservations.Count, static count => count == 0, "the pool is empty");
    }

    [Fact]
    public async Task A_cancelled_job_leaves_nothing()
    {
        var id = await SubmitAsync("trap '' INT TERM; setsid sh -c 'trap \"\" INT TERM; echo $$ > $F/pids; echo all >> $F/pids; while :; do sleep 0.05; done'", 1, TimeSpan.FromMilliseconds(100));
        var process = Assert.Single(await _rig.NumbersAsync("pids"));
        await _service.CancelAsync(id, "ann", Token);
        Assert.Equal(GpuJobState.Cancelled, (await EndAsync(id)).State);
        Assert.False(SupervisorRig.IsAlive(process));
    }

    [Fact]
    public async Task Services_come_and_go_and_no_gpu_has_two_users()
    {
        var random = new Random(5);
        List<string> ids = [];
        for (var round = 0; round < 15; round++)
        {
            for (var number = 0; number < 6; number++)
                ids.Add(await SubmitAsync(Use, 1 + random.Next(3)));
            await Task.Delay(random.Next(60), Token);
            await CloseAsync();
            await OpenAsync();
        }

        foreach (var id in ids)
            Assert.Equal(GpuJobState.Completed, (await EndAsync(id)).State);
        var ended = Rows("ended").ToDictionary(static row => row[0], static row => Number(row[1]));
        var begun = Rows("begun").Select(row => (Job: row[0], Gpus: row[1].Split(','), From: Number(row[2]), To: ended[row[0]])).ToArray();
        Assert.Equal(ids.Order(), begun.Select(static use => use.Job).Order());
        foreach (var gpu in Enumerable.Range(0, Gpus).Select(static gpu => $"{gpu}"))
        {
            var uses = begun.Where(use => use.Gpus.Contains(gpu)).OrderBy(static use => use.From).ToArray();
            foreach (var (first, second) in uses.Zip(uses.Skip(1)))
                Assert.True(first.To <= second.From, $"GPU {gpu} was used by job {first.Job} and job {second.Job} at the same time.");
        }
    }

    [Fact]
    public async Task Jobs_of_a_killed_supervisor_are_lost_and_others_go_on()
    {
        var lost = await SubmitAsync("echo $$ > $F/pids; echo all >> $F/pids; exec sleep 1000", Gpus);
        var next = await SubmitAsync("exit 0", Gpus);
        var process = Assert.Single(await _rig.NumbersAsync("pids"));
        await _rig.ConnectAsync();
        _rig.KillSupervisor();
        await _service.CancelAsync(lost, "ann", Token);
        Assert.True((await EndAsync(lost)).State is GpuJobState.Lost or GpuJobState.Cancelled);
        Assert.False(SupervisorRig.IsAlive(process));
        Assert.Equal(GpuJobState.Completed, (await EndAsync(next)).State);
    }

    private async Task OpenAsync()
    {
        _store = QueueStore.Open(new QueueStoreOptions(_rig.State));
        var pool = new PoolSession(new SqliteGpuPool(new SqlitePoolOptions(_rig.PoolFile)), $"sqlite:{_rig.PoolFile}", GpuOpsSettings.Default, new ProbeCatalog(ProbeOptions.Default), "box", TimeProvider.System);
        _service = new QueueService(_store, new QueueServiceOptions
        {
            Pool = pool,
            ConnectAsync = async _ => await _rig.ConnectAsync(),
            Variables = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! },
        });
        await _service.StartAsync(Token);
    }

    private async Task CloseAsync()
    {
        await _service.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task<string> SubmitAsync(string script, int gpus, TimeSpan? grace = null)
    {
        var request = new GpuJobRequest
        {
            Arguments = ["sh", "-c", script],
            WorkFolder = _rig.Folder,
            Variables = new Dictionary<string, string> { ["A"] = "b", ["F"] = _rig.Folder },
            Demand = gpus == 0 ? null : new GpuDemand(Count: gpus),
            Grace = grace ?? TimeSpan.FromSeconds(10),
        };
        return (await _service.SubmitAsync([request], "ann", Token))[0].Id;
    }

    private async Task<GpuJob> EndAsync(string id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Wait.Patience);
        await using var news = _service.Watch(patience.Token).GetAsyncEnumerator(patience.Token);
        GpuJob? job;
        while ((job = await _service.FindAsync(id, patience.Token))?.IsFinished != true)
            await news.MoveNextAsync();
        return job;
    }

    private IEnumerable<string[]> Rows(string file) => _rig.Read(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' '));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>Jobs that wait for jobs.</summary>
public sealed class QueueDependencyTests : IDisposable
{
    private readonly QueueFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(GpuJobState.Completed, GpuJobState.Queued, GpuJobState.Queued)]
    [InlineData(GpuJobState.Failed, GpuJobState.Cancelled, GpuJobState.Queued)]
    [InlineData(GpuJobState.Cancelled, GpuJobState.Cancelled, GpuJobState.Queued)]
    [InlineData(GpuJobState.Lost, GpuJobState.Cancelled, GpuJobState.Queued)]
    public async Task A_job_waits_for_another(GpuJobState end, GpuJobState afterSuccess, GpuJobState afterAny)
    {
        await using var store = _folder.Open();
        await store.AddAsync([QueueFolder.Job(), After(GpuJobDependencyType.Success, 1), After(GpuJobDependencyType.Any, 1)], "ann", Token);
        Assert.Equal([1L], (await FindAsync(store, 2)).WaitsFor);
        await EndAsync(store, 1, end);
        var success = await FindAsync(store, 2);
        Assert.Equal((afterSuccess, 0), (success.State, success.WaitsFor.Count));
        Assert.Equal(afterSuccess == GpuJobState.Cancelled ? $"Job 1, which it was to follow, is {end}." : "", success.Reason);
        Assert.Equal(afterSuccess == GpuJobState.Cancelled, success.Ended is not null);
        var any = await FindAsync(store, 3);
        Assert.Equal((afterAny, 0), (any.State, any.WaitsFor.Count));
    }

    [Theory]
    [InlineData(GpuJobState.Completed, GpuJobState.Queued)]
    [InlineData(GpuJobState.Failed, GpuJobState.Cancelled)]
    public async Task A_job_that_is_over_is_not_waited_for(GpuJobState end, GpuJobState then)
    {
        await using var store = _folder.Open();
        await store.AddAsync([QueueFolder.Job()], "ann", Token);
        await EndAsync(store, 1, end);
        var late = (await store.AddAsync([After(GpuJobDependencyType.Success, 1)], "ann", Token)).Single();
        Assert.Equal((then, 0, then == GpuJobState.Cancelled), (late.State, late.WaitsFor.Count, late.Ended is not null));
    }

    [Fact]
    public async Task A_long_chain_falls_at_once()
    {
        const int length = 3000;
        await using var store = _folder.Open();
        await store.AddAsync([QueueFolder.Job(), .. Enumerable.Range(1, length - 1).Select(on => After(GpuJobDependencyType.Success, on))], "ann", Token);
        await EndAsync(store, 1, GpuJobState.Failed);
        Assert.Equal(length - 1, (await store.CountAsync(Token))[GpuJobState.Cancelled]);
        Assert.Equal($"Job {length - 1}, which it was to follow, is Cancelled.", (await FindAsync(store, length)).Reason);
    }

    [Fact]
    public async Task A_job_waits_for_all_it_names()
    {
        await using (var store = _folder.Open())
        {
            await store.AddAsync([QueueFolder.Job(), QueueFolder.Job(), After(GpuJobDependencyType.Any, 1, 2, 1)], "ann", Token);
            await EndAsync(store, 1, GpuJobState.Failed);
        }

        await using var again = _folder.Open();
        Assert.Equal([2L], (await FindAsync(again, 3)).WaitsFor);
        await EndAsync(again, 2, GpuJobState.Failed);
        Assert.True((await FindAsync(again, 3)).IsReady);
    }

    [Fact]
    public async Task The_stricter_of_two_conditions_holds()
    {
        await using var store = _folder.Open();
        await store.AddAsync([QueueFolder.Job()], "ann", Token);
        await store.AddAsync([QueueFolder.Job() with { Dependencies = [new("1"), new("1", GpuJobDependencyType.Any)] }], "ann", Token);
        await EndAsync(store, 1, GpuJobState.Failed);
        Assert.Equal(GpuJobState.Cancelled, (await FindAsync(store, 2)).State);
    }

    private static GpuJobRequest After(GpuJobDependencyType type, params int[] jobs) =>
        QueueFolder.Job() with { Dependencies = [.. jobs.Select(job => new GpuJobDependency($"{job}", type))] };

    private static Task<StoredJob?> EndAsync(QueueStore store, long id, GpuJobState state) =>
        store.ChangeAsync(id, job => job with { State = state, Ended = job.Submitted }, Token);

    private static async Task<StoredJob> FindAsync(QueueStore store, long id) => (await store.FindAsync(id, Token))!;
}

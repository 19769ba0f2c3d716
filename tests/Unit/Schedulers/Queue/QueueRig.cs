using GpuOps.Configuration;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;
using GpuOps.Pools.Sqlite;
using GpuOps.Probes;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Service;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>A service on a real store and a real pool, over a played host.</summary>
public sealed class QueueRig : IAsyncDisposable
{
    public const string Host = "box";

    private readonly QueueFolder _folder = new();
    private readonly SqliteGpuPool _pool;
    private QueueStore? _store;
    private QueueService? _service;

    private QueueRig()
    {
        _pool = new SqliteGpuPool(new SqlitePoolOptions(PoolFile));
        Played = new PlayedHost(new SqliteGpuPool(new SqlitePoolOptions(PoolFile)));
    }

    public string PoolFile => Path.Combine(_folder.Path, "pool.db");

    public QueueStoreOptions StoreOptions => Folder is { } folder ? new QueueStoreOptions(folder) : _folder.Options;

    /// <summary>The service's state folder, where it is not beside the pool.</summary>
    public string? Folder { get; init; }

    public PlayedHost Played { get; }

    /// <summary>The pool as others use it.</summary>
    public IGpuPool Pool => _pool;

    public QueueStore Store => _store!;

    public QueueService Service => _service!;

    public int Cores { get; init; } = 4;

    public List<string> Log { get; } = [];

    /// <summary>Stands between the service and the pool.</summary>
    public Func<IGpuPool, IGpuPool> Through { get; set; } = static pool => pool;

    /// <summary>Stands between the service and the supervisor.</summary>
    public Func<CancellationToken, Task<IJobSupervisor>>? Connect { get; set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<QueueRig> StartAsync(int gpus, int cores = 4, TimeProvider? time = null, string? folder = null)
    {
        var rig = new QueueRig { Cores = cores, Folder = folder };
        if (gpus > 0)
            await rig.InitializeAsync(gpus);
        await rig.OpenAsync(time);
        return rig;
    }

    public Task InitializeAsync(int gpus) => _pool.InitializeAsync(
        new PoolLayout(Host, [.. Enumerable.Range(0, gpus).Select(id => new PoolGpu { Host = Host, Id = id, Device = $"{id}", MemoryTotal = 8L << 30 })]), force: false, dryRun: false, Token);

    public async Task OpenAsync(TimeProvider? time = null)
    {
        _store = QueueStore.Open(StoreOptions);
        var session = new PoolSession(
            Through(new SqliteGpuPool(new SqlitePoolOptions(PoolFile))), "sqlite:", GpuOpsSettings.Default, new ProbeCatalog(ProbeOptions.Default), Host, TimeProvider.System);
        _service = new QueueService(_store, new QueueServiceOptions
        {
            Pool = session,
            ConnectAsync = Connect ?? Played.ConnectAsync,
            Cores = Cores,
            Variables = new Dictionary<string, string> { ["PATH"] = "/bin", ["SECRET_OF_THE_SERVICE"] = "no" },
            Log = line =>
            {
                lock (Log)
                    Log.Add(line);
            },
            Time = time ?? TimeProvider.System,
        });
        await _service.StartAsync(Token);
    }

    public async Task CloseAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
        (_service, _store) = (null, null);
    }

    public async Task<string> SubmitAsync(GpuJobRequest request) => (await Service.SubmitAsync([request], "ann", Token)).Single().Id;

    public static GpuJobRequest Gpus(int count, int priority = 0) => QueueFolder.Job() with { Demand = new GpuDemand(Count: count), Priority = priority };

    public static GpuJobRequest Named(params int[] ids) => QueueFolder.Job() with { Demand = new GpuDemand(Ids: ids) };

    /// <summary>Waits until a job is as it should be.</summary>
    public async Task<GpuJob> UntilAsync(string id, Func<GpuJob, bool> reached)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await using var news = Service.Watch(limit.Token).GetAsyncEnumerator(limit.Token);
            while (true)
            {
                if (await Service.FindAsync(id, limit.Token) is { } job && reached(job))
                    return job;
                await news.MoveNextAsync();
            }
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            var job = await Service.FindAsync(id, Token);
            throw new Xunit.Sdk.XunitException($"Job {id} is {job?.State} ({job?.Reason}). Log: {string.Join("; ", Log)}");
        }
    }

    public Task<GpuJob> UntilAsync(string id, GpuJobState state) => UntilAsync(id, job => job.State == state);

    /// <summary>Waits for something that nobody tells of.</summary>
    public async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!await reached())
        {
            if (DateTime.UtcNow > deadline)
                throw new Xunit.Sdk.XunitException($"{what} did not come. Log: {string.Join("; ", Log)}");
            await Task.Delay(2, Token);
        }
    }

    public async Task UntilInLineAsync(string id) => await UntilAsync(
        async () => (await Pool.ReadAsync(Host, Token)).Queue.Any(entry => entry.Id.Contains($"-{id}.", StringComparison.Ordinal)), $"The place of job {id} in the pool's line");

    /// <summary>A person gets GPUs, as a command would.</summary>
    public async Task<GpuReservation> ReserveAsync(GpuDemand demand) => await new ReservationClient(
        _pool, static (_, _) => Task.FromResult<GpuObservation?>(null), new ReservationClientOptions()).AcquireAsync(
        new ReservationRequest { Id = ReservationIds.Next(), Host = Host, Demand = demand, User = "eve", ActualUser = "eve", Holder = LocalProcesses.Current },
        TimeSpan.FromSeconds(30), null, Token);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _pool.DisposeAsync();
        _folder.Dispose();
    }
}

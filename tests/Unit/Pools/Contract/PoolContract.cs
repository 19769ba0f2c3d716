using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>What docs/pools.md promises, one test a rule. Every store has a subclass.</summary>
public abstract partial class PoolContract : IAsyncLifetime
{
    protected const string Host = "box";
    protected const long GB = 1L << 30;

    private PoolStore? _store;
    private IGpuPool? _pool;

    protected PoolStore Store => _store!;

    protected IGpuPool Pool => _pool!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract ValueTask<PoolStore> CreateStoreAsync();

    public async ValueTask InitializeAsync()
    {
        _store = await CreateStoreAsync();
        _pool = await _store.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_pool is not null)
            await _pool.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
    }

    protected static PoolLayout Layout(int count, string host = Host, long memory = 80 * GB, string model = "H200") =>
        new(host, [.. Enumerable.Range(0, count).Select(id => Gpu(id, host, memory, model))]);

    protected static PoolGpu Gpu(int id, string host = Host, long memory = 80 * GB, string model = "H200") => new()
    {
        Host = host,
        Id = id,
        Device = $"dev-{id}",
        Uuid = $"GPU-{host}-{id}",
        Model = model,
        MemoryTotal = memory,
        Provider = GpuProvider.Fake,
    };

    protected Task<PoolInitialization> HaveAsync(int count, string host = Host, long memory = 80 * GB) =>
        Pool.InitializeAsync(Layout(count, host, memory), force: false, dryRun: false, Token);

    protected static ReservationRequest Ask(string id, int count = 1, string user = "ann") => new()
    {
        Id = id,
        Host = Host,
        Demand = new GpuDemand(Count: count),
        User = user,
        ActualUser = user,
    };

    protected static ReservationRequest AskIds(string id, params int[] ids) => Ask(id) with { Demand = new GpuDemand(Ids: ids) };

    protected static ReservationRequest AskShare(string id, decimal share) => Ask(id) with { Demand = new GpuDemand(Share: share) };

    protected static ReservationRequest AskMemory(string id, long memory) => Ask(id) with { Demand = new GpuDemand(Memory: memory) };

    protected static GpuObservation Sees(params (int Gpu, string User)[] inUse) =>
        new(inUse.ToDictionary(use => use.Gpu, use => use.User));

    protected static ProcessIdentity Process(int pid, string machine = "boot-1/4026531836", long start = 100) => new(machine, pid, start);

    protected Task<ReservationDecision> RequestAsync(ReservationRequest request) => Pool.RequestAsync(request, Token);

    protected Task<ReservationDecision> CheckAsync(string id, GpuObservation? observation = null, string host = Host) =>
        Pool.CheckAsync(host, id, observation, Token);

    protected Task<bool> ReleaseAsync(string id, string host = Host) => Pool.ReleaseAsync(host, id, Token);

    protected Task<PoolSnapshot> ReadAsync(string? host = Host) => Pool.ReadAsync(host, Token);

    protected async Task<IReadOnlyList<string>> LostAsync(params string[] ids) =>
        (await Pool.BeatAsync([.. ids.Select(id => (Host, id))], Token)).Lost;

    protected Task<IReadOnlyList<int>> DisableAsync(params int[] ids) => Pool.SetServiceAsync(Host, ids, "broken fan", "root", Token);

    protected Task<IReadOnlyList<int>> EnableAsync(params int[] ids) => Pool.SetServiceAsync(Host, ids, null, "root", Token);

    protected Task<IReadOnlyList<UsageRecord>> UsageAsync() => Pool.ReadUsageAsync(DateTimeOffset.UnixEpoch, Token);

    /// <summary>Time enough that the store's clock tells two steps apart.</summary>
    protected Task TickAsync() => Store.PassAsync(TimeSpan.FromMilliseconds(5));

    protected async Task<GpuReservation> GrantedAsync(ReservationRequest request)
    {
        var decision = await RequestAsync(request);
        Assert.Equal(ReservationOutcome.Granted, decision.Outcome);
        Assert.Equal(request.Id, decision.Reservation!.Id);
        return decision.Reservation;
    }

    /// <summary>Requests, and asserts which GPUs are granted.</summary>
    protected async Task<GpuReservation> GrantedAsync(ReservationRequest request, params int[] gpus)
    {
        var reservation = await GrantedAsync(request);
        Assert.Equal(gpus, reservation.GpuId);
        return reservation;
    }

    protected async Task<ReservationDecision> WaitsAsync(ReservationRequest request, int position)
    {
        var decision = await RequestAsync(request);
        Assert.Equal((ReservationOutcome.Waiting, position), (decision.Outcome, decision.Position));
        Assert.Null(decision.Reservation);
        return decision;
    }

    protected async Task<ReservationDecision> RefusedAsync(ReservationRequest request, RefusalReason reason)
    {
        var decision = await RequestAsync(request);
        Assert.Equal((ReservationOutcome.Refused, reason), (decision.Outcome, decision.Reason));
        return decision;
    }

    /// <summary>Asserts that a request which waited is granted now, and which GPUs.</summary>
    protected async Task<GpuReservation> NowHoldsAsync(string id, params int[] gpus)
    {
        var decision = await CheckAsync(id);
        Assert.Equal(ReservationOutcome.Granted, decision.Outcome);
        Assert.Equal(gpus, decision.Reservation!.GpuId);
        return decision.Reservation;
    }

    protected async Task StillWaitsAsync(string id, int position)
    {
        var decision = await CheckAsync(id);
        Assert.Equal((ReservationOutcome.Waiting, position), (decision.Outcome, decision.Position));
    }

    protected async Task IsUnknownAsync(string id) => Assert.Equal(ReservationOutcome.Unknown, (await CheckAsync(id)).Outcome);

    protected async Task<string[]> HeldAsync() => [.. (await ReadAsync()).Reservations.Select(held => held.ToString()).Order()];
}

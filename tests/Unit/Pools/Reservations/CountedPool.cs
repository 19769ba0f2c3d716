using GpuOps.Configuration;
using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Reservations;

/// <summary>A pool of made-up answers that counts what it is asked.</summary>
internal sealed class CountedPool : IGpuPool
{
    private readonly SemaphoreSlim _beaten = new(0);
    private int _beats, _reads;

    /// <summary>False leaves every heartbeat without an answer.</summary>
    public bool Answers { get; init; } = true;

    /// <summary>What a read says.</summary>
    public PoolSnapshot Snapshot { get; init; } = PoolSnapshot.Empty;

    public int Beats => _beats;

    public int Reads => _reads;

    public string Description => "counted";

    /// <summary>Returns after so many more heartbeats.</summary>
    public async Task HasBeatenAsync(int times)
    {
        for (var time = 0; time < times; time++)
        {
            await _beaten.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public async Task<HeartbeatResult> BeatAsync(IReadOnlyList<(string Host, string Id)> claims, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _beats);
        _beaten.Release();
        if (!Answers)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return new HeartbeatResult([]);
    }

    public Task<PoolSnapshot> ReadAsync(string? host, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return Task.FromResult(Snapshot);
    }

    public Task<PoolInitialization> InitializeAsync(PoolLayout layout, bool force, bool dryRun, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReservationDecision> RequestAsync(ReservationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReservationDecision> CheckAsync(string host, string id, GpuObservation? observation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ReservationDecision> DeclineAsync(GpuReservation reservation, GpuObservation observation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> ReleaseAsync(string host, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> ReclaimAsync(IReadOnlyList<Claim> dead, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<int>> SetServiceAsync(string host, IReadOnlyList<int> ids, string? reason, string by, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<UsageRecord>> ReadUsageAsync(DateTimeOffset since, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IWaitSignal> ListenAsync(string host, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<BackendCheck> TestAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

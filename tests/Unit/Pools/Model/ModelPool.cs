using System.Runtime.CompilerServices;
using GpuOps.Configuration;
using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>The model behind the interface of a store, so that it has to pass the stores' contract as well.</summary>
internal sealed class ModelPool(PoolModel model, List<ModelSignal> signals) : IGpuPool
{
    public string Description => "the model";

    public Task<PoolInitialization> InitializeAsync(PoolLayout layout, bool force, bool dryRun, CancellationToken cancellationToken) =>
        Step(() => model.Initialize(layout, force, dryRun));

    public Task<PoolSnapshot> ReadAsync(string? host, CancellationToken cancellationToken) => Step(() => model.Read(host));

    public Task<ReservationDecision> RequestAsync(ReservationRequest request, CancellationToken cancellationToken) =>
        Step(() => model.Request(request));

    public Task<ReservationDecision> CheckAsync(string host, string id, GpuObservation? observation, CancellationToken cancellationToken) =>
        Step(() => model.Check(host, id, observation));

    public Task<ReservationDecision> DeclineAsync(GpuReservation reservation, GpuObservation observation, CancellationToken cancellationToken) =>
        Step(() => model.Decline(reservation, observation));

    public Task<bool> ReleaseAsync(string host, string id, CancellationToken cancellationToken) => Step(() => model.Release(host, id));

    public Task<HeartbeatResult> BeatAsync(IReadOnlyList<(string Host, string Id)> claims, CancellationToken cancellationToken) =>
        Step(() => model.Beat(claims));

    public Task<int> ReclaimAsync(IReadOnlyList<Claim> dead, CancellationToken cancellationToken) => Step(() => model.Reclaim(dead));

    public Task<IReadOnlyList<int>> SetServiceAsync(string host, IReadOnlyList<int> ids, string? reason, string by, CancellationToken cancellationToken) =>
        Step(() => model.SetService(host, ids, reason, by));

    public Task<IReadOnlyList<UsageRecord>> ReadUsageAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        Step(() => model.ReadUsage(since));

    public Task<IWaitSignal> ListenAsync(string host, string id, CancellationToken cancellationToken)
    {
        var signal = new ModelSignal(id);
        lock (model)
            signals.Add(signal);
        return Task.FromResult<IWaitSignal>(signal);
    }

    public async IAsyncEnumerable<BackendCheck> TestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await Step(() => new BackendCheck("exists", true, Description));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> Step<T>(Func<T> step)
    {
        lock (model)
        {
            model.Rung.Clear();
            var answer = step();
            foreach (var signal in signals.Where(signal => model.Rung.Contains(signal.Id)))
                signal.Ring();
            return Task.FromResult(answer);
        }
    }
}

using GpuOps.Configuration;

namespace GpuOps.Pools;

/// <summary>
/// GPUs that people share by reserving them. Every method is one atomic step of the store; every step that changes
/// something first reclaims what has expired and ends by granting what can now be granted, first come, first served.
/// </summary>
/// <remarks>
/// A store that cannot be reached, refuses the password, is read-only, full or corrupt is reported as a
/// <see cref="Errors.GpuOpsException"/> whose message says what to do.
/// </remarks>
public interface IGpuPool : IAsyncDisposable
{
    /// <summary>The store in words, without secrets, for messages.</summary>
    string Description { get; }

    /// <summary>Sets the GPUs of one host. Refuses, changing nothing, when live reservations are in the way.</summary>
    /// <param name="layout">The host and its GPUs.</param>
    /// <param name="force">Ends reservations on GPUs that go away.</param>
    /// <param name="dryRun">Only says what would change.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<PoolInitialization> InitializeAsync(PoolLayout layout, bool force, bool dryRun, CancellationToken cancellationToken);

    /// <summary>Reads everything in one query.</summary>
    /// <param name="host">One host, or null for all.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<PoolSnapshot> ReadAsync(string? host, CancellationToken cancellationToken);

    /// <summary>Grants, queues or refuses a request. An id the pool already knows is answered with its present state.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the wait for the store; the request may then have taken effect.</param>
    Task<ReservationDecision> RequestAsync(ReservationRequest request, CancellationToken cancellationToken);

    /// <summary>Asks how a request stands; counts as its heartbeat.</summary>
    /// <param name="host">The host of the request.</param>
    /// <param name="id">The request's id.</param>
    /// <param name="observation">What the client's probe sees, or null when it cannot see that host.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<ReservationDecision> CheckAsync(string host, string id, GpuObservation? observation, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a grant back because its GPUs turned out to be in use, keeping the request's place in line. Nothing
    /// happens when the pool no longer holds the grant.
    /// </summary>
    /// <param name="reservation">The grant.</param>
    /// <param name="observation">What the client's probe sees.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<ReservationDecision> DeclineAsync(GpuReservation reservation, GpuObservation observation, CancellationToken cancellationToken);

    /// <summary>Ends a grant or takes a waiting request out of the line. True when the pool held it until now.</summary>
    /// <param name="host">The host it concerns.</param>
    /// <param name="id">The reservation's or request's id.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<bool> ReleaseAsync(string host, string id, CancellationToken cancellationToken);

    /// <summary>Renews grants and waiting requests in one write.</summary>
    /// <param name="claims">What this client holds and waits for, by host and id.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<HeartbeatResult> BeatAsync(IReadOnlyList<(string Host, string Id)> claims, CancellationToken cancellationToken);

    /// <summary>
    /// Ends claims whose process is gone, as a client of the same machine found out. Timed reservations stay. Acts
    /// only where the pool still has exactly that process behind that id.
    /// </summary>
    /// <param name="dead">The claims.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>How many were ended.</returns>
    Task<int> ReclaimAsync(IReadOnlyList<Claim> dead, CancellationToken cancellationToken);

    /// <summary>Takes GPUs out of service, or puts them back. A present holder is not touched.</summary>
    /// <param name="host">The host.</param>
    /// <param name="ids">The GPUs.</param>
    /// <param name="reason">Why they go out of service; null puts them back.</param>
    /// <param name="by">Who says so.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>The ids that the pool does not have; when there is one, nothing was changed.</returns>
    Task<IReadOnlyList<int>> SetServiceAsync(string host, IReadOnlyList<int> ids, string? reason, string by, CancellationToken cancellationToken);

    /// <summary>Reads who used what, the running reservations included.</summary>
    /// <param name="since">Leaves out what ended before.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<IReadOnlyList<UsageRecord>> ReadUsageAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Listens for news about one request. Ask once more after this returns: what came before is not told.</summary>
    /// <param name="host">The host of the request.</param>
    /// <param name="id">The request's id.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    Task<IWaitSignal> ListenAsync(string host, string id, CancellationToken cancellationToken);

    /// <summary>Checks step by step whether the store can be used.</summary>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>Each step with its result, in order; the first failed step is the last.</returns>
    IAsyncEnumerable<BackendCheck> TestAsync(CancellationToken cancellationToken);
}

using System.Text.Json;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Pools.Rules;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>
/// A pool in a Redis server. Each operation is one script that the server runs whole, by the server's clock;
/// docs/pools.md says what it does, docs/redis.md how it is kept.
/// </summary>
public sealed partial class RedisGpuPool : IGpuPool
{
    /// <summary>The most claims renewed in one step, so that no step holds the server up.</summary>
    private const int ClaimsAtOnce = 5000;

    private readonly RedisPoolOptions _options;
    private readonly RedisConnection _connection;
    private readonly RedisListeners _listeners;
    private readonly RedisKeys _keys;
    private readonly StoredGpus _gpus = new();
    private readonly RedisValue _retention;

    /// <summary>Makes a pool; nothing is connected before its first use.</summary>
    /// <param name="options">Where it is and how to get in.</param>
    /// <exception cref="GpuOpsException">The options cannot be right.</exception>
    public RedisGpuPool(RedisPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!RedisKeys.IsPoolName(options.Pool))
            throw Invalid("InvalidPoolName", $"'{options.Pool}' cannot name a pool: use 1 to {RedisKeys.LongestPool} letters, digits, dots, dashes and underscores.", options.Pool);
        if (options.EndPoints.Count == 0)
            throw Invalid("MissingEndPoint", "A Redis pool needs at least one server.", options.Pool);
        _options = options;
        _keys = new RedisKeys(options.Pool);
        _connection = new RedisConnection(options);
        _listeners = new RedisListeners(_connection);
        _retention = (long)options.UsageRetention.TotalMilliseconds;
    }

    /// <inheritdoc/>
    public string Description => _connection.Store;

    /// <inheritdoc/>
    public Task<PoolInitialization> InitializeAsync(PoolLayout layout, bool force, bool dryRun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var values = new List<RedisValue> { _retention, force, dryRun };
        foreach (var gpu in layout.Gpus.OrderBy(gpu => gpu.Id))
        {
            if (gpu.Id != (values.Count - 3) / 2)
                throw Invalid("InvalidLayout", $"The GPUs of {layout.Host} have to be numbered from 0 without gaps; {gpu.Id} is out of order.", gpu);
            var stored = new StoredGpu(gpu.Device, gpu.Uuid, gpu.Model, gpu.MemoryTotal, gpu.Provider);
            values.Add(JsonSerializer.SerializeToUtf8Bytes(stored, RedisJson.Default.StoredGpu));
            values.Add(gpu.MemoryTotal);
        }
        var replies = new RedisReplies(layout.Host, _options.Backend, _gpus);
        return _connection.RunAsync(RedisScript.Initialize, _keys.OfStep(layout.Host), [.. values], Read, cancellationToken);

        PoolInitialization Read(RedisResult reply) => new(
            (int[])reply[1]!,
            (int[])reply[2]!,
            (int[])reply[3]!,
            [.. ((RedisResult[])reply[4]!).Select(held => replies.Reservation((RedisResult[])held!, (long)reply[0]))]);
    }

    /// <inheritdoc/>
    public Task<PoolSnapshot> ReadAsync(string? host, CancellationToken cancellationToken)
    {
        return _connection.RunAsync(RedisScript.Read, _keys.OfPool, [_retention, host ?? ""], Read, cancellationToken);

        PoolSnapshot Read(RedisResult reply)
        {
            var reader = new RedisSnapshotReader((long)reply[0], (long)reply[1], _options.Backend, _gpus);
            foreach (var part in ((RedisResult[])reply[2]!).OrderBy(part => (string)part[0]!, StringComparer.Ordinal))
                reader.Add(part);
            return new PoolSnapshot(reader.Gpus, reader.Reservations, reader.Queue);
        }
    }

    /// <inheritdoc/>
    public Task<ReservationDecision> RequestAsync(ReservationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request);
        var stored = StoredRequest.Of(request);
        return DecideAsync(
            RedisScript.Request,
            request.Host,
            [
                _retention,
                request.Id,
                JsonSerializer.SerializeToUtf8Bytes(stored, RedisJson.Default.StoredRequest),
                StoredHolder.Write(request.Holder),
                Seen(request.Observation),
                request.Wait,
            ],
            cancellationToken,
            stored);
    }

    /// <inheritdoc/>
    public Task<ReservationDecision> CheckAsync(string host, string id, GpuObservation? observation, CancellationToken cancellationToken) =>
        DecideAsync(RedisScript.Check, host, [_retention, id, Seen(observation)], cancellationToken);

    /// <inheritdoc/>
    public Task<ReservationDecision> DeclineAsync(GpuReservation reservation, GpuObservation observation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return DecideAsync(
            RedisScript.Decline,
            reservation.ComputerName,
            [_retention, reservation.Id, reservation.FencingNumber, Seen(observation)],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(string host, string id, CancellationToken cancellationToken) =>
        _connection.RunAsync(RedisScript.Release, _keys.OfStep(host), [_retention, id], reply => (bool)reply, cancellationToken);

    /// <inheritdoc/>
    public async Task<HeartbeatResult> BeatAsync(IReadOnlyList<(string Host, string Id)> claims, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claims);
        var lost = new List<string>();
        var ordered = claims.OrderBy(claim => claim.Host, StringComparer.Ordinal).ToList();
        foreach (var some in ordered.Chunk(ClaimsAtOnce))
        {
            var hosts = some.GroupBy(claim => claim.Host, StringComparer.Ordinal).ToList();
            var values = hosts.SelectMany(host => host.Select(claim => (RedisValue)claim.Id).Prepend(host.Count()));
            var missing = await _connection.RunAsync(
                RedisScript.Beat, _keys.OfStep(hosts.Select(host => host.Key)), [_retention, .. values], reply => (int[])reply!, cancellationToken);
            lost.AddRange(missing.Select(number => some[number].Id));
        }
        return new HeartbeatResult(lost);
    }

    /// <inheritdoc/>
    public async Task<int> ReclaimAsync(IReadOnlyList<Claim> dead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dead);
        var ended = 0;
        foreach (var some in dead.OrderBy(claim => claim.Host, StringComparer.Ordinal).Chunk(ClaimsAtOnce))
        {
            var hosts = some.GroupBy(claim => claim.Host, StringComparer.Ordinal).ToList();
            var values = hosts.SelectMany(host => host
                .SelectMany(claim => new RedisValue[] { claim.Id, StoredHolder.Write(claim.Holder) })
                .Prepend(host.Count()));
            ended += await _connection.RunAsync(
                RedisScript.Reclaim, _keys.OfStep(hosts.Select(host => host.Key)), [_retention, .. values], reply => (int)reply, cancellationToken);
        }
        return ended;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> SetServiceAsync(
        string host, IReadOnlyList<int> ids, string? reason, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        RedisValue why = reason is null
            ? RedisValue.EmptyString
            : JsonSerializer.SerializeToUtf8Bytes(new StoredService(reason, by), RedisJson.Default.StoredService);
        return _connection.RunAsync<IReadOnlyList<int>>(
            RedisScript.Service, _keys.OfStep(host), [_retention, why, .. ids.Select(id => (RedisValue)id)], reply => (int[])reply!, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<UsageRecord>> ReadUsageAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        _connection.RunAsync<IReadOnlyList<UsageRecord>>(
            RedisScript.Usage, _keys.OfPool, [_retention, since.ToUnixTimeMilliseconds()], reply => RedisUsageReader.Read(reply, since), cancellationToken);

    /// <inheritdoc/>
    public Task<IWaitSignal> ListenAsync(string host, string id, CancellationToken cancellationToken) =>
        _listeners.ListenAsync(_keys.Wake(id), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BackendCheck> TestAsync(CancellationToken cancellationToken) =>
        new RedisChecks(this, _options, _connection, _keys).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task<ReservationDecision> DecideAsync(
        RedisScript script, string host, RedisValue[] values, CancellationToken cancellationToken, StoredRequest? sent = null)
    {
        var replies = new RedisReplies(host, _options.Backend, _gpus, sent);
        return _connection.RunAsync(script, _keys.OfStep(host), values, replies.Decision, cancellationToken);
    }

    private static RedisValue Seen(GpuObservation? observation) => observation switch
    {
        null => RedisValue.EmptyString,
        { InUse.Count: 0 } => "{}",
        _ => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<int, string>(observation.InUse), RedisJson.Default.DictionaryInt32String),
    };

    private static GpuOpsException Invalid(string id, string message, object target) =>
        new(id, GpuOpsErrorKind.InvalidArgument, message, target);
}

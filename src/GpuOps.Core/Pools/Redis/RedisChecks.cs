using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using GpuOps.Configuration;
using GpuOps.Errors;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>Tries, step by step, all a pool needs of its server.</summary>
internal sealed class RedisChecks(RedisGpuPool pool, RedisPoolOptions options, RedisConnection connection, RedisKeys keys)
{
    private static readonly Version Oldest = new(6, 2);

    public async IAsyncEnumerable<BackendCheck> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (string Step, Func<CancellationToken, Task<string>> Try)[] steps =
        [
            ("Resolve", ResolveAsync),
            ("Connect", ConnectAsync),
            ("Read", ReadAsync),
            ("Write", WriteAsync),
            ("Listen", ListenAsync),
            ("Server", ServerAsync),
            ("Pool", PoolAsync),
        ];
        foreach (var (step, attempt) in steps)
        {
            var check = await TryAsync(step, attempt, cancellationToken);
            yield return check;
            if (!check.Succeeded)
                yield break;
        }
    }

    private static async Task<BackendCheck> TryAsync(
        string step, Func<CancellationToken, Task<string>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return new BackendCheck(step, true, await attempt(cancellationToken));
        }
        catch (GpuOpsException error)
        {
            return new BackendCheck(error.Kind == GpuOpsErrorKind.Authentication && step == "Connect" ? "Authenticate" : step, false, error.Message);
        }
    }

    private async Task<string> ResolveAsync(CancellationToken cancellationToken)
    {
        foreach (var endPoint in options.EndPoints.OfType<DnsEndPoint>())
        {
            try
            {
                await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
            }
            catch (System.Net.Sockets.SocketException error)
            {
                throw new GpuOpsException("StoreUnreachable", GpuOpsErrorKind.Unreachable,
                    $"No address is known for the host {endPoint.Host}: {error.Message}. Check its name.", endPoint.Host, error);
            }
        }
        return connection.At;
    }

    private async Task<string> ConnectAsync(CancellationToken cancellationToken)
    {
        var took = await connection.TryAsync(static (multiplexer, _) => multiplexer.GetDatabase().PingAsync(), 0, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture,
            $"answers in {took.TotalMilliseconds:0.0} ms as user {options.User ?? "default"}{(options.Tls ? ", over TLS" : "")}");
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        await pool.ReadAsync(null, cancellationToken);
        return "the pool's keys can be read";
    }

    private async Task<string> WriteAsync(CancellationToken cancellationToken) =>
        await connection.RunAsync(RedisScript.Probe, keys.OfPool, [0], _ => "the pool's keys can be written", cancellationToken);

    private async Task<string> ListenAsync(CancellationToken cancellationToken)
    {
        await using var signal = await pool.ListenAsync("", "test", cancellationToken);
        return "news can be received";
    }

    private async Task<string> ServerAsync(CancellationToken cancellationToken)
    {
        var info = await connection.RunAsync(RedisScript.Info, keys.OfPool, [0], Info, cancellationToken);
        if (!info.TryGetValue("redis_version", out var text) || !Version.TryParse(text, out var version))
            return "the server does not tell its version (the user may not call INFO)";
        if (version < Oldest)
        {
            throw new GpuOpsException("StoreTooOld", GpuOpsErrorKind.NotReady,
                $"The Redis server {connection.At} is version {text}; {Oldest} or later is needed.", connection.Store);
        }
        var policy = info.GetValueOrDefault("maxmemory_policy", "noeviction");
        if (policy != "noeviction" && info.GetValueOrDefault("maxmemory", "0") != "0")
        {
            throw new GpuOpsException("StoreEvicts", GpuOpsErrorKind.NotReady,
                $"The Redis server {connection.At} may throw keys away when its memory is full (maxmemory-policy {policy}), and reservations with them. Set maxmemory-policy to noeviction.",
                connection.Store);
        }
        var kept = info.GetValueOrDefault("aof_enabled") == "1" ? "keeps every write on disk (appendonly)"
            : "may forget reservations at a restart (appendonly is off)";
        return $"Redis {text}, {kept}";
    }

    private async Task<string> PoolAsync(CancellationToken cancellationToken)
    {
        var snapshot = await pool.ReadAsync(null, cancellationToken);
        return snapshot.Gpus.Count == 0
            ? throw UninitializedPool.Error(connection.Store, null)
            : string.Join(", ", snapshot.Gpus.CountBy(gpu => gpu.Host).Select(host => $"{host.Key}: {host.Value}"));
    }

    private static Dictionary<string, string> Info(RedisResult text) => ((string)text!).Split('\n')
        .Select(line => line.Split(':', 2))
        .Where(parts => parts.Length == 2)
        .DistinctBy(parts => parts[0])
        .ToDictionary(parts => parts[0], parts => parts[1].Trim());
}

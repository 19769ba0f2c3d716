using System.Collections.Concurrent;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>
/// The names of a pool's keys and channels. All carry one hash tag, so that a cluster keeps a pool in one slot; what a
/// name cannot be trusted with (a host, an id) comes last.
/// </summary>
internal sealed class RedisKeys(string pool)
{
    /// <summary>How long a pool's name may be.</summary>
    public const int LongestPool = 64;

    /// <summary>Whether a text can name a pool: 1 to 64 ASCII letters, digits, dots, dashes and underscores.</summary>
    public static bool IsPoolName(string pool) =>
        pool.Length is > 0 and <= LongestPool && pool.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The keys of one host, in the order the scripts know.</summary>
    private static readonly string[] Parts =
        ["gpus", "sizes", "slots", "down", "claims", "line", "due", "last"];

    private readonly string _prefix = $"gpuops:{{{pool}}}:";
    private readonly ConcurrentDictionary<string, RedisKey[]> _ofHost = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RedisKey[]> _ofStep = new(StringComparer.Ordinal);

    /// <summary>The keys of a step that is about the whole pool.</summary>
    public RedisKey[] OfPool { get; } =
        [$"gpuops:{{{pool}}}:meta", $"gpuops:{{{pool}}}:hosts", $"gpuops:{{{pool}}}:usage"];

    /// <summary>The keys of a step that is about one host.</summary>
    public RedisKey[] OfStep(string host) => _ofStep.GetOrAdd(host, name => [.. OfPool, .. OfHost(name)]);

    /// <summary>The keys of a step that is about several hosts.</summary>
    public RedisKey[] OfStep(IEnumerable<string> hosts) => [.. OfPool, .. hosts.SelectMany(OfHost)];

    /// <summary>Where news about a waiting request is told.</summary>
    public RedisChannel Wake(string id) => RedisChannel.Literal($"{_prefix}wake:{id}");

    private RedisKey[] OfHost(string host) =>
        _ofHost.GetOrAdd(host, name => [.. Parts.Select(part => EncodedKey($"{_prefix}{part}:{name}"))]);

    // Encoded once: the names would otherwise be encoded at every step.
    private static RedisKey EncodedKey(string name) => System.Text.Encoding.UTF8.GetBytes(name);
}

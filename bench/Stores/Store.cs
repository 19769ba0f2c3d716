using GpuOps.Pools;
using GpuOps.Rigs;

namespace GpuOps.Bench.Stores;

/// <summary>A store of a benchmark's own, with a pool in it.</summary>
internal abstract class Store : IAsyncDisposable
{
    /// <summary>The host whose GPUs are asked for.</summary>
    public const string Box = "box";

    public static IReadOnlyList<string> Kinds { get; } = ["sqlite", "redis"];

    /// <summary>What <c>-Backend</c> takes.</summary>
    public abstract string Backend { get; }

    /// <summary>What a contender is told.</summary>
    public abstract string Contended { get; }

    public IGpuPool Pool { get; protected init; } = null!;

    public static async Task<Store> OpenAsync(string kind) =>
        kind == "redis" ? new RedisStore(await RedisServerRig.StartAsync()) : new SqliteStore();

    public static string? Missing(string kind) => kind == "redis" ? RedisServerRig.Missing : null;

    /// <summary>Puts a host's GPUs into the pool, such as no driver sees.</summary>
    public Task FillAsync(int gpus, string host = Box) => Pool.InitializeAsync(
        new PoolLayout(host, [.. Enumerable.Range(0, gpus).Select(id => new PoolGpu
        {
            Host = host,
            Id = id,
            Device = id.ToString(CultureInfo.InvariantCulture),
            Provider = GpuProvider.None,
        })]),
        force: false, dryRun: false, CancellationToken.None);

    /// <summary>Round trips or transactions that the store has done until now.</summary>
    public abstract Task<long> CountStepsAsync();

    public abstract ValueTask DisposeAsync();
}

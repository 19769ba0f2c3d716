using System.Net;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sqlite;
using GpuOps.Rigs;

namespace GpuOps.Contention;

/// <summary>An empty store that processes can share, and this process's own client of it.</summary>
public sealed class ContendedStore : IAsyncDisposable
{
    public const string Host = "box";

    private readonly DirectoryInfo _folder;
    private readonly RedisServerRig? _server;

    private ContendedStore(DirectoryInfo folder, RedisServerRig? server, string argument, IGpuPool pool) =>
        (_folder, _server, Argument, Pool) = (folder, server, argument, pool);

    /// <summary>The argument that tells a contender where the store is.</summary>
    public string Argument { get; }

    /// <summary>This process's client.</summary>
    public IGpuPool Pool { get; }

    /// <summary>A file in the store's folder, which goes away with it.</summary>
    /// <param name="name">The file's name.</param>
    public string FileOf(string name) => Path.Combine(_folder.FullName, name);

    public static ContendedStore Sqlite()
    {
        var folder = MakeFolder();
        var path = Path.Combine(folder.FullName, "pool.db");
        return new ContendedStore(folder, null, $"store=sqlite:{path}", new SqliteGpuPool(new SqlitePoolOptions(path)));
    }

    public static async Task<ContendedStore> RedisAsync()
    {
        if (RedisServerRig.Missing is { } missing)
        {
            Assert.False(RigFiles.AreRequired, missing);
            Assert.Skip(missing);
        }

        var server = await RedisServerRig.StartAsync();
        var pool = new RedisGpuPool(new RedisPoolOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, server.Port)],
            Pool = "contended",
            OperationTimeout = TimeSpan.FromSeconds(30),
            RetryFor = TimeSpan.FromSeconds(60),
        });
        return new ContendedStore(MakeFolder(), server, $"store=redis:{server.Port}/contended", pool);
    }

    /// <summary>Gives the host its GPUs.</summary>
    public Task InitializeAsync(int gpus) => Pool.InitializeAsync(
        new PoolLayout(Host, [.. Enumerable.Range(0, gpus).Select(id => new PoolGpu { Host = Host, Id = id, Device = $"{id}" })]),
        force: false, dryRun: false, TestContext.Current.CancellationToken);

    /// <summary>Reserves from this process as any client would, reclaiming what the dead left behind.</summary>
    /// <param name="count">How many GPUs.</param>
    /// <param name="timeout">How long they may take.</param>
    public Task<GpuReservation> AcquireAsync(int count, TimeSpan timeout)
    {
        var client = new ReservationClient(Pool, (_, _) => Task.FromResult<GpuObservation?>(null), new ReservationClientOptions());
        var request = new ReservationRequest
        {
            Id = ReservationIds.Next(),
            Host = Host,
            Demand = new GpuDemand(Count: count),
            User = "test",
            ActualUser = "test",
            Holder = LocalProcesses.Current,
        };
        return client.AcquireAsync(request, timeout, null, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static DirectoryInfo MakeFolder() => Directory.CreateTempSubdirectory("gpuops-contention-");
}

using System.Globalization;
using System.Net;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Pools.Sqlite;

namespace GpuOps.Contender;

/// <summary>What a contender is told to do: <c>name=value</c> arguments.</summary>
public sealed record ContenderOptions
{
    /// <summary>Hundreds of processes on two cores are slow, not lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary><c>sqlite:PATH</c> or <c>redis:PORT/POOL</c> on loopback.</summary>
    public required string Store { get; init; }

    /// <summary>The host whose GPUs are wanted.</summary>
    public string Host { get; init; } = "box";

    /// <summary>How many GPUs.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How long to hold them; null holds until told on stdin.</summary>
    public TimeSpan? Hold { get; init; }

    /// <summary>Holds them for exactly that long; else it varies, or the holders would march in step.</summary>
    public bool Steady { get; init; }

    /// <summary>How many times; 0 is for ever.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>How long the grant outlives its last heartbeat.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The file all contenders write what they hold to; null writes nothing.</summary>
    public string? Log { get; init; }

    /// <summary>Makes the pool with so many GPUs, and does nothing else; null asks and holds.</summary>
    public int? Initialize { get; init; }

    /// <summary>Leaves out which process asks, so that only heartbeats tell whether it lives.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The command line.</param>
    public static ContenderOptions Parse(string[] arguments)
    {
        var given = arguments.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
        TimeSpan? Time(string name) =>
            given.TryGetValue(name, out var text) ? TimeSpan.FromMilliseconds(double.Parse(text, CultureInfo.InvariantCulture)) : null;
        int? Number(string name) => given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;
        var options = new ContenderOptions { Store = given["store"] };
        return options with
        {
            Host = given.GetValueOrDefault("host", options.Host),
            Count = Number("count") ?? options.Count,
            Hold = Time("hold"),
            Steady = given.ContainsKey("steady"),
            Rounds = Number("rounds") ?? options.Rounds,
            Lease = Time("lease") ?? options.Lease,
            Log = given.GetValueOrDefault("log"),
            Initialize = Number("initialize"),
            Anonymous = given.ContainsKey("anonymous"),
        };
    }

    /// <summary>A host's GPUs, as plain numbers.</summary>
    /// <param name="host">The host.</param>
    /// <param name="count">How many.</param>
    public static PoolLayout Layout(string host, int count) =>
        new(host, [.. Enumerable.Range(0, count).Select(id => new PoolGpu { Host = host, Id = id, Device = $"{id}" })]);

    /// <summary>Opens the pool.</summary>
    public IGpuPool Open() => Open(Store);

    /// <summary>Opens a pool beside it that no other contender uses.</summary>
    public IGpuPool OpenOwn() => Open($"{Store}.{Environment.ProcessId}");

    private static IGpuPool Open(string store)
    {
        var place = store[(store.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (store.StartsWith("sqlite:", StringComparison.Ordinal))
            return new SqliteGpuPool(new SqlitePoolOptions(place) { BusyTimeout = Patience });
        var parts = place.Split('/');
        return new RedisGpuPool(new RedisPoolOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, int.Parse(parts[0], CultureInfo.InvariantCulture))],
            Pool = parts[1],
            OperationTimeout = Patience / 2,
            ConnectTimeout = Patience / 2,
            RetryFor = Patience,
        });
    }
}

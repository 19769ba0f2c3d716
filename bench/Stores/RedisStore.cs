using System.Net;
using System.Text.RegularExpressions;
using GpuOps.Pools.Redis;
using GpuOps.Rigs;

namespace GpuOps.Bench.Stores;

internal sealed partial class RedisStore : Store
{
    private readonly RedisServerRig _server;

    public RedisStore(RedisServerRig server)
    {
        _server = server;
        Pool = new RedisGpuPool(new RedisPoolOptions { EndPoints = [new IPEndPoint(IPAddress.Loopback, Port)], Pool = "bench" });
    }

    public int Port => _server.Port;

    public override string Backend => $"redis://127.0.0.1:{Port}?pool=bench";

    public override string Contended => $"redis:{Port}/bench";

    /// <summary>The scripts the server has run.</summary>
    public override async Task<long> CountStepsAsync() =>
        Calls().Matches(await _server.CommandAsync("INFO", "commandstats")).Sum(line => long.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    public override async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        await _server.DisposeAsync();
    }

    [GeneratedRegex(@"cmdstat_eval(?:sha)?:calls=(\d+)")]
    private static partial Regex Calls();
}

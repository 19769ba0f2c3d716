using BenchmarkDotNet.Attributes;
using GpuOps.Bench.Stores;
using StackExchange.Redis;

namespace GpuOps.Bench.Rows;

public class RedisReserve
{
    private const string Script = "return 1";

    private RedisStore _store = null!;
    private Reserve _reserve = null!;
    private ConnectionMultiplexer _connection = null!;
    private byte[] _script = null!;

    [GlobalSetup]
    public async Task Open()
    {
        _store = (RedisStore)await Store.OpenAsync("redis");
        await _store.FillAsync(8);
        _reserve = new Reserve(_store.Pool);
        _connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_store.Port}");
        _script = await _connection.GetServers()[0].ScriptLoadAsync(Script);
    }

    [Benchmark(Baseline = true)]
    public async Task TwoBareScripts()
    {
        var database = _connection.GetDatabase();
        await database.ScriptEvaluateAsync(_script, [(RedisKey)"key"], [(RedisValue)1]);
        await database.ScriptEvaluateAsync(_script, [(RedisKey)"key"], [(RedisValue)1]);
    }

    [Benchmark]
    public Task ReserveAndRelease() => _reserve.OnceAsync();

    [GlobalCleanup]
    public async Task Close()
    {
        await _connection.DisposeAsync();
        await _store.DisposeAsync();
    }
}

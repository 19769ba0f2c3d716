using BenchmarkDotNet.Attributes;
using GpuOps.Bench.Stores;
using Microsoft.Data.Sqlite;

namespace GpuOps.Bench.Rows;

public class SqliteReserve
{
    private SqliteStore _store = null!;
    private Reserve _reserve = null!;
    private SqliteConnection _connection = null!;
    private SqliteCommand _begin = null!, _update = null!, _commit = null!;
    private long _value;

    [GlobalSetup]
    public async Task Open()
    {
        _store = new SqliteStore();
        await _store.FillAsync(8);
        _reserve = new Reserve(_store.Pool);
        _connection = new SqliteConnection($"Data Source={_store.File}.bare;Pooling=False");
        _connection.Open();
        // The pool's own settings: the same durability.
        foreach (var sql in (string[])["PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "CREATE TABLE counters (id INTEGER PRIMARY KEY, value INTEGER)", "INSERT INTO counters VALUES (1, 0)"])
            Prepare(sql).ExecuteNonQuery();
        _begin = Prepare("BEGIN IMMEDIATE");
        _update = Prepare("UPDATE counters SET value = $0 WHERE id = 1");
        _update.Parameters.Add(new SqliteParameter("$0", 0L));
        _commit = Prepare("COMMIT");
    }

    [Benchmark(Baseline = true)]
    public void TwoBareTransactions()
    {
        Transact();
        Transact();
    }

    [Benchmark]
    public Task ReserveAndRelease() => _reserve.OnceAsync();

    [GlobalCleanup]
    public async Task Close()
    {
        await _connection.DisposeAsync();
        await _store.DisposeAsync();
    }

    private void Transact()
    {
        _begin.ExecuteNonQuery();
        _update.Parameters[0].Value = ++_value;
        _update.ExecuteNonQuery();
        _commit.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}

using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace GpuOps.Bench.Rows;

/// <summary>A file into which a row is written with a commit of its own, on the disk when it answers: the queue's settings and nothing else.</summary>
internal sealed class BareCommits : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;

    public BareCommits(string folder)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")};Pooling=False");
        _connection.Open();
        foreach (var sql in (string[])["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE jobs (id INTEGER PRIMARY KEY, request TEXT)"])
            Prepare(sql).ExecuteNonQuery();
        _insert = Prepare("INSERT INTO jobs (request) VALUES ('{\"arguments\":[\"true\"]}')");
    }

    /// <summary>How long so many take, in ms.</summary>
    public double Time(int commits)
    {
        var start = Stopwatch.GetTimestamp();
        for (var number = 0; number < commits; number++)
            _insert.ExecuteNonQuery();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}

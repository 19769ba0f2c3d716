using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace GpuOps.Pools.Sqlite;

/// <summary>
/// One statement with parameters <c>?1 ?2 …</c>, prepared at its first use and used again and again. It talks to
/// SQLite directly: a step is a dozen short statements, and a command object around each costs more than the statement.
/// </summary>
/// <param name="connection">The connection it runs on.</param>
/// <param name="sql">The statement.</param>
internal sealed class SqliteStatement(SqliteConnection connection, string sql) : IDisposable
{
    private readonly sqlite3 _database = connection.Handle!;
    private sqlite3_stmt? _statement;

    public void Run(params ReadOnlySpan<object?> values)
    {
        using var rows = Read(values);
        rows.Read();
    }

    public SqliteRows Read(params ReadOnlySpan<object?> values)
    {
        _statement ??= Prepare();
        for (var index = 0; index < values.Length; index++)
        {
            Check(Bind(_statement, index + 1, values[index]));
        }

        return new SqliteRows(this, _statement);
    }

    /// <summary>Throws what SQLite says of a failed call.</summary>
    /// <param name="result">What the call returned.</param>
    /// <exception cref="SqliteException">It failed.</exception>
    public void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }
    }

    public void Dispose() => _statement?.Dispose();

    private sqlite3_stmt Prepare()
    {
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    private static int Bind(sqlite3_stmt statement, int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, index),
        string text => raw.sqlite3_bind_text(statement, index, text),
        int number => raw.sqlite3_bind_int64(statement, index, number),
        long number => raw.sqlite3_bind_int64(statement, index, number),
        byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
        _ => throw new ArgumentException($"{value.GetType()} cannot be stored.", nameof(value)),
    };
}

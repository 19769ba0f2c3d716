using SQLitePCL;

namespace GpuOps.Pools.Sqlite;

/// <summary>The rows of a running statement. Disposed, the statement can run again.</summary>
/// <param name="owner">The statement.</param>
/// <param name="statement">What SQLite knows it by.</param>
internal readonly struct SqliteRows(SqliteStatement owner, sqlite3_stmt statement) : IDisposable
{
    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Read()
    {
        var result = raw.sqlite3_step(statement);
        owner.Check(result);
        return result == raw.SQLITE_ROW;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>A number that has to fit.</summary>
    /// <exception cref="OverflowException">It does not.</exception>
    public int SmallNumber(int column) => checked((int)Number(column));

    /// <summary>A text that has to be there.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public string Text(int column) => TextOrNull(column) ?? throw new FormatException();

    public long? NumberOrNull(int column) => IsNull(column) ? null : Number(column);

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public string? TextOrNull(int column) => IsNull(column) ? null : raw.sqlite3_column_text(statement, column).utf8_to_string();

    // What resetting returns is what the last step returned, and has been told.
    public void Dispose() => raw.sqlite3_reset(statement);
}

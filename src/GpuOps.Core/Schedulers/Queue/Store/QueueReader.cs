using GpuOps.Pools.Sqlite;
using Microsoft.Data.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A connection that only reads. Readers see what was committed, and neither wait for the writer nor keep it waiting.</summary>
internal sealed class QueueReader(SqliteConnection connection) : IDisposable
{
    private const string UnfinishedStates = "0, 1, 2";

    private readonly Dictionary<string, SqliteStatement> _statements = [];

    public StoredJob? Find(long id)
    {
        using var row = Statement($"SELECT {QueueRow.Columns} FROM {QueueRow.Tables} WHERE j.id = ?1").Read(id);
        return row.Read() ? QueueRow.Read(row) : null;
    }

    /// <summary>Every job that is not over, by number.</summary>
    public List<StoredJob> Unfinished() =>
        Rows($"SELECT {QueueRow.Columns} FROM {QueueRow.Tables} WHERE j.state IN ({UnfinishedStates}) ORDER BY j.id");

    public byte[]? Secret(long job)
    {
        using var row = Statement("SELECT sealed FROM secrets WHERE job = ?1").Read(job);
        return row.Read() ? row.Bytes(0) : null;
    }

    public string? Fact(string name)
    {
        using var row = Statement("SELECT value FROM facts WHERE name = ?1").Read(name);
        return row.Read() ? row.Text(0) : null;
    }

    /// <summary>How many jobs there are in each state.</summary>
    public Dictionary<GpuJobState, long> Count()
    {
        Dictionary<GpuJobState, long> counts = [];
        using var row = Statement("SELECT state, count(*) FROM jobs GROUP BY state").Read();
        while (row.Read())
            counts[(GpuJobState)row.SmallNumber(0)] = row.Number(1);
        return counts;
    }

    /// <summary>The jobs with one user and one state (or any of them), in an order, after a cursor.</summary>
    /// <param name="user">The user; null for all.</param>
    /// <param name="state">The state; null for all.</param>
    /// <param name="since">Only those that are not over or ended since then (Unix milliseconds); null for all.</param>
    /// <param name="order">The order.</param>
    /// <param name="after">Where to go on; null at the start.</param>
    /// <param name="limit">How many at most.</param>
    public List<StoredJob> Slice(string? user, GpuJobState? state, long? since, QueueOrder order, QueueCursor? after, int limit) =>
        // The numbers first, from an index: only what is shown is read whole.
        Rows(
            $"SELECT {QueueRow.Columns} FROM {QueueRow.Tables} WHERE j.id IN ({SliceNumbers(user, state, since, order, after)}) ORDER BY {order.Terms}",
            user, (int?)state, since, after?.Key, after?.Id, limit);

    /// <summary>The query for the numbers of a slice.</summary>
    public static string SliceNumbers(string? user, GpuJobState? state, long? since, QueueOrder order, QueueCursor? after)
    {
        string[] conditions =
        [
            .. new[]
            {
                user is null ? null : "j.user = ?1",
                state is null ? null : "j.state = ?2",
                since is null ? null : "(j.ended IS NULL OR j.ended >= ?3)",
                order.Condition,
                after is null ? null : order.After,
            }.OfType<string>(),
        ];
        var where = conditions.Length == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)} ";
        return $"SELECT j.id FROM jobs j {where}ORDER BY {order.Terms} LIMIT ?6";
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        connection.Dispose();
    }

    private List<StoredJob> Rows(string sql, params ReadOnlySpan<object?> values)
    {
        List<StoredJob> jobs = [];
        using var row = Statement(sql).Read(values);
        while (row.Read())
            jobs.Add(QueueRow.Read(row));
        return jobs;
    }

    private SqliteStatement Statement(string sql) =>
        _statements.TryGetValue(sql, out var known) ? known : _statements[sql] = new SqliteStatement(connection, sql);
}

using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools.Sqlite;
using Microsoft.Data.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>What can be written in one go: each piece of work whole or not at all, all of them with one commit.</summary>
internal sealed class QueueTransaction : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly JobSecrets _secrets;
    private readonly List<SqliteStatement> _statements = [];
    private readonly List<StoredChange> _changes = [];
    private readonly SqliteStatement _begin, _commit, _rollback, _mark, _unmark, _undo;
    private readonly SqliteStatement _find, _findRequest, _state, _insert, _number, _insertRequest, _update, _updateRequest, _remove, _removeRequest;
    private readonly SqliteStatement _addDependency, _removeDependency, _dependents, _addSecret, _removeSecret, _hasSecret, _checkpoint;

    public QueueTransaction(SqliteConnection connection, JobSecrets secrets)
    {
        (_connection, _secrets) = (connection, secrets);
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _mark = Prepare("SAVEPOINT work");
        _unmark = Prepare("RELEASE work");
        _undo = Prepare("ROLLBACK TO work");
        _find = Prepare($"SELECT {QueueRow.Columns} FROM {QueueRow.Tables} WHERE j.id = ?1");
        _findRequest = Prepare($"SELECT {QueueRow.Columns} FROM {QueueRow.Tables} WHERE j.user = ?1 AND j.request_id = ?2");
        _state = Prepare("SELECT state FROM jobs WHERE id = ?1");
        _insert = Prepare(
            "INSERT INTO jobs (request_id, user, state, reason, gpus, submitted, ended, priority, held, cancelling, starts, waits) "
            + "VALUES (?1, ?2, ?3, ?4, '', ?5, ?6, ?7, ?8, 0, 0, ?9)");
        _number = Prepare("SELECT last_insert_rowid()");
        _insertRequest = Prepare("INSERT INTO requests (job, request) VALUES (?1, ?2)");
        _update = Prepare(
            "UPDATE jobs SET state = ?2, reason = ?3, exit_code = ?4, signal = ?5, gpus = ?6, started = ?7, ended = ?8, priority = ?9, "
            + "held = ?10, cancelling = ?11, starts = ?12, waits = ?13 WHERE id = ?1");
        _updateRequest = Prepare("UPDATE requests SET request = ?2 WHERE job = ?1");
        _remove = Prepare("DELETE FROM jobs WHERE id = ?1");
        _removeRequest = Prepare("DELETE FROM requests WHERE job = ?1");
        _addDependency = Prepare("INSERT INTO dependencies (on_job, job, type) VALUES (?1, ?2, ?3)");
        _removeDependency = Prepare("DELETE FROM dependencies WHERE on_job = ?1 AND job = ?2");
        _dependents = Prepare("SELECT job, type FROM dependencies WHERE on_job = ?1 ORDER BY job");
        _addSecret = Prepare("INSERT INTO secrets (job, sealed) VALUES (?1, ?2)");
        _removeSecret = Prepare("DELETE FROM secrets WHERE job = ?1");
        _hasSecret = Prepare("SELECT 1 FROM secrets WHERE job = ?1");
        _checkpoint = Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>What was changed since the transaction began, in order.</summary>
    public IReadOnlyList<StoredChange> Changes => _changes;

    /// <summary>Whether a secret was wiped since the last checkpoint; the log still has it, sealed.</summary>
    public bool HasWiped { get; private set; }

    /// <summary>Whether a transaction is open; SQLite ends it by itself where the disk is full.</summary>
    public bool IsOpen => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    public void Begin()
    {
        _changes.Clear();
        _begin.Run();
    }

    public void Commit() => _commit.Run();

    public void Rollback() => _rollback.Run();

    /// <summary>Does one piece of work; when it throws, it leaves nothing behind.</summary>
    public void Try(Action<QueueTransaction> work)
    {
        var before = _changes.Count;
        _mark.Run();
        try
        {
            work(this);
            _unmark.Run();
        }
        catch when (IsOpen)
        {
            _undo.Run();
            _unmark.Run();
            _changes.RemoveRange(before, _changes.Count - before);
            throw;
        }
    }

    /// <summary>Writes what is in the log into the file, and empties the log.</summary>
    public void Checkpoint()
    {
        HasWiped = false;
        _checkpoint.Run();
    }

    /// <summary>A job; null when there is none of that number.</summary>
    public StoredJob? Find(long id) => One(_find, id);

    /// <summary>Takes a job, unless its user sent the same request before: then it answers with what became of that.</summary>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>: a job it is to wait for.</exception>
    public StoredJob Add(GpuJobRequest request, string user, DateTimeOffset now)
    {
        if (request.RequestId.Length > 0 && One(_findRequest, user, request.RequestId) is { } known)
            return known;

        // As it will be read again.
        now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var (waits, broken) = Weigh(request.Dependencies);
        var state = broken is null ? GpuJobState.Queued : GpuJobState.Cancelled;
        _insert.Run(
            request.RequestId.Length > 0 ? request.RequestId : null, user, (int)state, broken ?? "", now.ToUnixTimeMilliseconds(),
            broken is null ? null : now.ToUnixTimeMilliseconds(), request.Priority, request.Hold ? 1 : 0, QueueRow.Text(waits.Select(wait => wait.Id)));
        var id = LastNumber();
        _insertRequest.Run(id, RequestText.Format(request));
        if (broken is null)
        {
            foreach (var (on, type) in waits)
                _addDependency.Run(on, id, (int)type);
            if (request.Variables.Count > 0)
                _addSecret.Run(id, _secrets.Seal(id, request.Variables));
        }

        return Tell(new StoredJob
        {
            Id = id,
            Request = RequestText.Kept(request),
            User = user,
            State = state,
            Reason = broken ?? "",
            Submitted = now,
            Ended = broken is null ? null : now,
            Priority = request.Priority,
            IsHeld = request.Hold,
            WaitsFor = [.. waits.Select(wait => wait.Id)],
        });
    }

    /// <summary>Writes a job anew. When it is over, its variables are wiped, and what waits for it goes on or is cancelled.</summary>
    public StoredJob Write(StoredJob before, StoredJob after, DateTimeOffset now)
    {
        Save(before, after);
        if (after.IsFinished && !before.IsFinished)
            Conclude(after, now);
        return after;
    }

    /// <summary>Forgets a job that is over.</summary>
    public void Remove(long id)
    {
        _remove.Run(id);
        _removeRequest.Run(id);
        _changes.Add(new StoredChange(id, null));
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }

    /// <summary>What a new job has to wait for, and why it never can be started when that is so.</summary>
    private (IReadOnlyList<(long Id, GpuJobDependencyType Type)> Waits, string? Broken) Weigh(IReadOnlyList<GpuJobDependency> dependencies)
    {
        SortedDictionary<long, GpuJobDependencyType> waits = [];
        foreach (var dependency in dependencies)
        {
            if (!long.TryParse(dependency.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || StateOf(id) is not { } state)
                throw new GpuOpsException("JobNotFound", GpuOpsErrorKind.NotFound, $"The job '{dependency.Id}' that is to be waited for does not exist.", dependency.Id);
            if (!GpuJobStates.IsFinal(state))
                waits[id] = waits.TryGetValue(id, out var type) && type == GpuJobDependencyType.Success ? type : dependency.Type;
            else if (IsBroken(dependency.Type, state))
                return ([], Broken(id, state));
        }

        return ([.. waits.Select(wait => (wait.Key, wait.Value))], null);
    }

    /// <summary>What follows from the end of a job, for itself and for those that wait for it, and those that wait for them.</summary>
    private void Conclude(StoredJob job, DateTimeOffset now)
    {
        Queue<StoredJob> ended = new([job]);
        while (ended.TryDequeue(out var over))
        {
            Wipe(over.Id);
            foreach (var wait in over.WaitsFor)
                _removeDependency.Run(wait, over.Id);
            foreach (var (id, type) in DependentsOf(over.Id))
            {
                _removeDependency.Run(over.Id, id);
                var before = Find(id)!;
                var after = before with { WaitsFor = [.. before.WaitsFor.Where(wait => wait != over.Id)] };
                if (!IsBroken(type, over.State))
                {
                    Save(before, after);
                    continue;
                }

                after = after with { State = GpuJobState.Cancelled, Reason = Broken(over.Id, over.State), Ended = now };
                Save(before, after);
                ended.Enqueue(after);
            }
        }
    }

    private void Save(StoredJob before, StoredJob after)
    {
        _update.Run(
            after.Id, (int)after.State, after.Reason, after.ExitCode, after.Signal, QueueRow.Text(after.Gpus.Select(gpu => (long)gpu)),
            QueueRow.Text(after.Started), QueueRow.Text(after.Ended), after.Priority, after.IsHeld ? 1 : 0, after.IsCancelling ? 1 : 0,
            after.Starts, QueueRow.Text(after.WaitsFor));
        if (!ReferenceEquals(before.Request, after.Request))
            _updateRequest.Run(after.Id, RequestText.Format(after.Request));
        Tell(after);
    }

    private void Wipe(long id)
    {
        using (var row = _hasSecret.Read(id))
        {
            if (!row.Read())
                return;
        }

        _removeSecret.Run(id);
        HasWiped = true;
    }

    private StoredJob Tell(StoredJob job)
    {
        _changes.Add(new StoredChange(job.Id, job));
        return job;
    }

    private List<(long Id, GpuJobDependencyType Type)> DependentsOf(long id)
    {
        List<(long, GpuJobDependencyType)> dependents = [];
        using var row = _dependents.Read(id);
        while (row.Read())
            dependents.Add((row.Number(0), (GpuJobDependencyType)row.SmallNumber(1)));
        return dependents;
    }

    private GpuJobState? StateOf(long id)
    {
        using var row = _state.Read(id);
        return row.Read() ? (GpuJobState)row.SmallNumber(0) : null;
    }

    private long LastNumber()
    {
        using var row = _number.Read();
        row.Read();
        return row.Number(0);
    }

    private static StoredJob? One(SqliteStatement statement, params ReadOnlySpan<object?> values)
    {
        using var row = statement.Read(values);
        return row.Read() ? QueueRow.Read(row) : null;
    }

    private static bool IsBroken(GpuJobDependencyType type, GpuJobState state) => type == GpuJobDependencyType.Success && state != GpuJobState.Completed;

    private static string Broken(long id, GpuJobState state) => $"Job {id}, which it was to follow, is {state}.";

    private SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools.Reservations;
using Microsoft.Data.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>
/// The jobs of a queue, in a SQLite file. One process has it. What a call wrote is on the disk when the call answers;
/// calls that come at the same time share a commit.
/// </summary>
public sealed class QueueStore : IAsyncDisposable
{
    private const string InstanceFact = "instance";

    private readonly QueueStoreOptions _options;
    private readonly QueueDatabase _database;
    private readonly FileStream _lock;
    private readonly JobSecrets _secrets;
    private readonly QueueWriter _writer;
    private readonly ConcurrentBag<QueueReader> _readers = [];

    private QueueStore(QueueStoreOptions options, QueueDatabase database, FileStream turn, JobSecrets secrets, SqliteConnection connection)
    {
        (_options, _database, _lock, _secrets) = (options, database, turn, secrets);
        _writer = new QueueWriter(new QueueTransaction(connection, secrets), options.File, options.Time, changes => Committed?.Invoke(changes));
        Instance = Read(reader => reader.Fact(InstanceFact))!;
    }

    /// <summary>A random word that this queue got when it was made: what it asks of others begins with it.</summary>
    public string Instance { get; }

    /// <summary>The folder and the files.</summary>
    public QueueStoreOptions Options => _options;

    /// <summary>How many commits there were since it was opened.</summary>
    public int Commits => _writer.Commits;

    /// <summary>Told of every change, in the order of the commits, before those who wrote are answered. It must not wait.</summary>
    public Action<IReadOnlyList<StoredChange>>? Committed { get; set; }

    /// <summary>Opens the store, and makes it where there is none.</summary>
    /// <param name="options">Where it is.</param>
    /// <exception cref="GpuOpsException">
    /// <c>QueueStoreInUse</c>, <c>QueueStoreCorrupt</c> or <c>QueueStoreTooNew</c> (it is left as it is), <c>QueueStoreFull</c>,
    /// <c>QueueStoreReadOnly</c>, <c>QueueStoreFailed</c>, <c>QueueKeyInvalid</c>.
    /// </exception>
    public static QueueStore Open(QueueStoreOptions options) => Open(options, QueueMigrations.All);

    internal static QueueStore Open(QueueStoreOptions options, IReadOnlyList<string> migrations)
    {
        ArgumentNullException.ThrowIfNull(options);
        FileStream? turn = null;
        JobSecrets? secrets = null;
        SqliteConnection? connection = null;
        try
        {
            MakeFolder(options.Folder);
            turn = Lock(options);
            var database = new QueueDatabase(options.File, migrations);
            connection = database.OpenForWriting();
            secrets = JobSecrets.Open(options.KeyFile);
            Introduce(connection, options);
            return new QueueStore(options, database, turn, secrets, connection);
        }
        catch (Exception fault)
        {
            secrets?.Dispose();
            connection?.Dispose();
            turn?.Dispose();
            throw fault switch
            {
                SqliteException sqlite => QueueStoreFault.Explain(sqlite, options.File),
                IOException io when IsNoRoom(io) => QueueStoreFault.NoRoom(options.File, io),
                IOException or UnauthorizedAccessException => QueueStoreFault.Unreachable(options.File, fault),
                _ => fault,
            };
        }
    }

    /// <summary>Takes jobs, all or none. A request that its user sent before is not taken again: its job is answered.</summary>
    /// <param name="requests">What is asked for.</param>
    /// <param name="user">Whose the jobs are.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs may then have been taken.</param>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>: one that is to be waited for.</exception>
    public Task<IReadOnlyList<StoredJob>> AddAsync(IReadOnlyList<GpuJobRequest> requests, string user, CancellationToken cancellationToken) =>
        _writer.WriteAsync<IReadOnlyList<StoredJob>>(
            transaction => [.. requests.Select(request => transaction.Add(request, user, _options.Time.GetUtcNow()))], cancellationToken);

    /// <summary>Changes a job. When it is over then, its variables are wiped, and jobs that wait for it go on or are cancelled.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="change">Gets it as it is in the store at that moment, and says how it is to be; null leaves it as it is.</param>
    /// <param name="cancellationToken">Ends the wait; the change may then have been made.</param>
    /// <returns>The job as it is now; null when the change was not wanted.</returns>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>, and what <paramref name="change"/> throws.</exception>
    public Task<StoredJob?> ChangeAsync(long id, Func<StoredJob, StoredJob?> change, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            transaction => transaction.Find(id) is not { } job ? throw NotFound(id)
                : change(job) is { } changed ? transaction.Write(job, changed, _options.Time.GetUtcNow())
                : null,
            cancellationToken);

    /// <summary>Forgets a job that is over.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Ends the wait; the job may then have been forgotten.</param>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>, <c>JobNotFinished</c>.</exception>
    public Task RemoveAsync(long id, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            transaction =>
            {
                var job = transaction.Find(id) ?? throw NotFound(id);
                if (!job.IsFinished)
                    throw new GpuOpsException("JobNotFinished", GpuOpsErrorKind.Busy, $"Job {id} is {job.State}; end it before it is removed.", id);
                transaction.Remove(id);
                return true;
            },
            cancellationToken);

    /// <summary>A job; null when there is none of that number.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<StoredJob?> FindAsync(long id, CancellationToken cancellationToken) => ReadAsync(reader => reader.Find(id), cancellationToken);

    /// <summary>Every job that is not over, by number.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<StoredJob>> ReadUnfinishedAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredJob>>(reader => reader.Unfinished(), cancellationToken);

    /// <summary>How many jobs there are in each state; states without jobs are left out.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyDictionary<GpuJobState, long>> CountAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyDictionary<GpuJobState, long>>(reader => reader.Count(), cancellationToken);

    /// <summary>A page of jobs.</summary>
    /// <param name="listing">Which jobs, in what order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>InvalidCursor</c>, <c>InvalidLimit</c>.</exception>
    public Task<QueuePage> ListAsync(QueueListing listing, CancellationToken cancellationToken)
    {
        var query = new QueueQuery(listing);
        return ReadAsync(query.Run, cancellationToken);
    }

    /// <summary>The variables of a job that is not over.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>SecretsUnreadable</c>.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReadVariablesAsync(long id, CancellationToken cancellationToken) =>
        await ReadAsync(reader => reader.Secret(id), cancellationToken) is { } secret
            ? _secrets.Unseal(id, secret)
            : new Dictionary<string, string>();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The writer last: it then leaves one file, without a log beside it.
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        await _writer.DisposeAsync();
        _secrets.Dispose();
        await _lock.DisposeAsync();
    }

    internal static GpuOpsException NotFound(long id) =>
        new("JobNotFound", GpuOpsErrorKind.NotFound, $"There is no job {id} in the queue. Get-GpuJob lists the jobs there are.", id);

    private Task<T> ReadAsync<T>(Func<QueueReader, T> read, CancellationToken cancellationToken) => Task.Run(() => Read(read), cancellationToken);

    private T Read<T>(Func<QueueReader, T> read)
    {
        try
        {
            var reader = _readers.TryTake(out var rested) ? rested : new QueueReader(_database.OpenForReading());
            var result = read(reader);
            // One that failed is not used again.
            _readers.Add(reader);
            return result;
        }
        catch (SqliteException fault)
        {
            throw QueueStoreFault.Explain(fault, _options.File);
        }
        catch (Exception fault) when (fault is FormatException or InvalidCastException or OverflowException)
        {
            throw QueueStoreFault.Damaged(_options.File, fault.Message, fault);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream Lock(QueueStoreOptions options)
    {
        var how = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new FileStream(options.LockFile, how);
        }
        catch (IOException fault) when (!IsNoRoom(fault) && File.Exists(options.LockFile))
        {
            throw QueueStoreFault.Taken(options.File, fault);
        }
    }

    /// <summary>Names a new queue, and begins its numbers after those of folders that an earlier one left.</summary>
    private static void Introduce(SqliteConnection connection, QueueStoreOptions options)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var name = connection.CreateCommand();
        name.CommandText = "INSERT INTO facts (name, value) VALUES ($name, $value) ON CONFLICT DO NOTHING";
        name.Parameters.AddWithValue("$name", InstanceFact);
        name.Parameters.AddWithValue("$value", ReservationIds.Next());
        if (name.ExecuteNonQuery() > 0)
        {
            using var numbers = connection.CreateCommand();
            numbers.CommandText = "INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', $last)";
            numbers.Parameters.AddWithValue("$last", LastFolder(options.JobsFolder));
            numbers.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static long LastFolder(string jobs) => !Directory.Exists(jobs) ? 0
        : Directory.EnumerateDirectories(jobs)
            .Select(folder => long.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Append(0).Max();

    private static bool IsNoRoom(IOException fault) => (fault.HResult & 0xffff) is 28 or 122 || fault.HResult is 28 or 122;
}

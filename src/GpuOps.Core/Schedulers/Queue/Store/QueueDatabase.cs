using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools.Sqlite;
using Microsoft.Data.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>Opens the file of a queue's store: makes it, brings it up to date, and refuses what is no such file without touching it.</summary>
/// <param name="path">The file.</param>
/// <param name="migrations">The steps that make its tables.</param>
internal sealed class QueueDatabase(string path, IReadOnlyList<string> migrations)
{
    /// <summary>"GpuQ" in ASCII: marks the file as ours.</summary>
    public const int ApplicationId = 0x47707551;

    /// <summary>Opens the file for the one who writes.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="GpuOpsException">It is no queue's store, damaged, or of a newer version.</exception>
    public SqliteConnection OpenForWriting()
    {
        if (new FileInfo(path) is { Exists: true, Length: > 0 })
            Inspect();
        else if (!OperatingSystem.IsWindows())
            SqliteConnectionFactory.MakeFile(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Guarded(SqliteOpenMode.ReadWriteCreate, connection =>
        {
            Execute(connection, "PRAGMA journal_mode = WAL");
            // FULL: what was answered is on the disk, also after a power cut.
            Execute(connection, "PRAGMA synchronous = FULL");
            Execute(connection, "PRAGMA secure_delete = ON");
            Migrate(connection);
        });
    }

    /// <summary>Opens the file for one who only reads.</summary>
    public SqliteConnection OpenForReading() => Guarded(SqliteOpenMode.ReadOnly, static _ => { });

    /// <summary>Looks at a file that is there without writing to it.</summary>
    private void Inspect()
    {
        // Where all is in the one file, nothing is made beside it either. The queue's lock says that nobody else has it open.
        var source = File.Exists($"{path}-wal") ? path : $"{new Uri(path).AbsoluteUri}?immutable=1";
        using var connection = Guarded(SqliteOpenMode.ReadOnly, static _ => { }, source);
        var application = Number(connection, "PRAGMA application_id");
        // A service that was killed before its first commit leaves a file without anything in it.
        if (application == 0 && Number(connection, "SELECT count(*) FROM sqlite_schema") == 0)
            return;
        if (application != ApplicationId)
            throw QueueStoreFault.Damaged(path, "another program made it");
        if (Number(connection, "PRAGMA user_version") is var version && version > migrations.Count)
            throw QueueStoreFault.Newer(path, version, migrations.Count);
        if (Text(connection, "PRAGMA quick_check(1)") is var verdict and not "ok")
            throw QueueStoreFault.Damaged(path, verdict);
    }

    private void Migrate(SqliteConnection connection)
    {
        for (var version = Number(connection, "PRAGMA user_version"); version < migrations.Count; version++)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            Execute(connection, migrations[(int)version]);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}"));
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
            transaction.Commit();
        }
    }

    private SqliteConnection Guarded(SqliteOpenMode mode, Action<SqliteConnection> prepare, string? source = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = source ?? path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 5,
        }.ConnectionString);
        try
        {
            connection.Open();
            prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

#pragma warning disable CA2100 // Only constants, versions and the steps of the migrations come here.
    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql) => (long)Scalar(connection, sql);

    private static string Text(SqliteConnection connection, string sql) => (string)Scalar(connection, sql);

    private static object Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
#pragma warning restore CA2100
}

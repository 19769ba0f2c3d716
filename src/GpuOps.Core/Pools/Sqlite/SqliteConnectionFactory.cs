using System.Globalization;
using System.Runtime.Versioning;
using GpuOps.Errors;
using GpuOps.Files;
using Microsoft.Data.Sqlite;

namespace GpuOps.Pools.Sqlite;

/// <summary>Opens a pool's file, and makes it where asked.</summary>
internal static class SqliteConnectionFactory
{
    /// <summary>"GpuO" in ASCII: marks the file as ours, so that somebody else's database is never written to.</summary>
    private const int ApplicationId = 0x4770754F;

    private const int SchemaVersion = 2;

    /// <summary>Opens the file; null when it does not exist and is not to be made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Makes the file and its tables.</param>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    /// <exception cref="GpuOpsException">It is no pool's store, or one of a newer version.</exception>
    public static SqliteConnection? Open(string path, bool create)
    {
        if (FileIdentity.Of(path) is null)
        {
            if (!create)
            {
                return null;
            }

            MakeFile(path);
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            // In seconds, the least the provider takes: its own retry sleeps 150 ms at a time, SQLite's handler
            // (below, in milliseconds) begins with 1 ms, so the former must never get its turn.
            DefaultTimeout = 1,
        }.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout = 1000");
            // WAL keeps readers and the writer apart. NORMAL survives the death of any process; only a power cut can
            // take the last steps back, and then every holder is gone too.
            Execute(connection, "PRAGMA synchronous = NORMAL");
            return Recognize(connection, path, create) ? connection : Close(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection? Close(SqliteConnection connection)
    {
        connection.Dispose();
        return null;
    }

    private static bool Recognize(SqliteConnection connection, string path, bool create)
    {
        var application = Number(connection, "PRAGMA application_id");
        var version = Number(connection, "PRAGMA user_version");
        if (application == ApplicationId)
        {
            return version == SchemaVersion ? true : throw new GpuOpsException("StoreVersionMismatch", GpuOpsErrorKind.InvalidData,
                $"The pool's store '{path}' has version {version}; this GpuOps knows version {SchemaVersion}. Use the GpuOps that made it, or name another store with -Backend.", path);
        }

        if (application != 0 || Number(connection, "SELECT count(*) FROM sqlite_schema") != 0)
        {
            throw SqliteFault.Damaged(path);
        }

        if (create)
        {
            Execute(connection, "PRAGMA journal_mode = WAL");
            MakeTables(connection);
        }

        return create;
    }

    private static void MakeTables(SqliteConnection connection)
    {
        using var stream = typeof(SqliteConnectionFactory).Assembly.GetManifestResourceStream("Schema.sql")!;
        using var reader = new StreamReader(stream);
        var schema = reader.ReadToEnd();
        using var transaction = connection.BeginTransaction(deferred: false);
        // Another process may have made the tables while this one waited for the lock.
        if (Number(connection, "PRAGMA application_id") == 0)
        {
            Execute(connection, schema);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SchemaVersion}"));
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
        }

        transaction.Commit();
    }

    private static void MakeFile(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        Directory.CreateDirectory(folder, owner | UnixFileMode.UserExecute);
        // A folder that its administrator opened to a group shares the store with that group; any other is private.
        var shared = File.GetUnixFileMode(folder).HasFlag(UnixFileMode.GroupWrite | UnixFileMode.SetGroup);
        MakeFile(path, shared ? owner | group : owner);
    }

    /// <summary>Makes an empty file, unless it is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Who may do what with it, whatever the process's mask says.</param>
    [UnsupportedOSPlatform("windows")]
    public static void MakeFile(string path, UnixFileMode mode)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
            File.SetUnixFileMode(file.SafeFileHandle, mode);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody else was first; theirs is as good.
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}

using GpuOps.Errors;
using Microsoft.Data.Sqlite;

namespace GpuOps.Pools.Sqlite;

/// <summary>SQLite's result codes as errors a person can act on.</summary>
internal static class SqliteFault
{
    private const int Permission = 3, Busy = 5, Locked = 6, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static GpuOpsException Explain(SqliteException fault, string path) => fault.SqliteErrorCode switch
    {
        ReadOnly or Permission => Protected(path, fault),
        Full => new("StoreFull", GpuOpsErrorKind.Exhausted,
            $"The disk of the pool's store '{path}' is full. Nothing was changed; free some space and try again.", path, fault),
        Corrupt or NotADatabase => Damaged(path, fault),
        Busy or Locked => Occupied(path, fault),
        // SQLite keeps its log beside the file, and cannot open even to read where it may not make one.
        CannotOpen when File.Exists(path) && !CanWriteBeside(path) => Protected(path, fault),
        CannotOpen => new("StoreUnreachable", GpuOpsErrorKind.Unreachable,
            $"The pool's store '{path}' cannot be opened. Check that its folder exists and that this user may enter it.", path, fault),
        InputOutput => new("StoreUnreachable", GpuOpsErrorKind.Unreachable,
            $"The pool's store '{path}' cannot be read or written: {fault.Message} Check the disk.", path, fault),
        _ => new("StoreFailed", GpuOpsErrorKind.InvalidData, $"The pool's store '{path}' failed: {fault.Message}", path, fault),
    };

    public static GpuOpsException Occupied(string path, Exception cause) => new("StoreBusy", GpuOpsErrorKind.Timeout,
        $"Another process keeps the pool's store '{path}' locked. Nothing was changed; see who has it open (fuser '{path}') and try again.", path, cause);

    private static GpuOpsException Protected(string path, Exception cause) => new("StoreReadOnly", GpuOpsErrorKind.NotAllowed,
        $"The pool's store '{path}' cannot be written by this user. Ask for write access to the file and its folder, or name another store with -Backend.", path, cause);

    private static bool CanWriteBeside(string path)
    {
        try
        {
            var probe = Path.Combine(Path.GetDirectoryName(path)!, Path.GetRandomFileName());
            using var file = File.Create(probe, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static GpuOpsException Damaged(string path, Exception? cause = null) => new("StoreCorrupt", GpuOpsErrorKind.InvalidData,
        $"The file '{path}' is not a pool's store, or it is damaged. It was left as it is. Move it away and run Initialize-GpuPool to start anew, or name another store with -Backend.", path, cause);
}

using GpuOps.Errors;
using Microsoft.Data.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>What goes wrong with a queue's store, as errors a person can act on.</summary>
internal static class QueueStoreFault
{
    private const int Permission = 3, ReadOnly = 8, Corrupt = 11, Full = 13, NotADatabase = 26;

    public static GpuOpsException Explain(SqliteException fault, string path) => fault.SqliteErrorCode switch
    {
        Full => NoRoom(path, fault),
        Corrupt or NotADatabase => Damaged(path, fault.Message, fault),
        ReadOnly or Permission => new("QueueStoreReadOnly", GpuOpsErrorKind.NotAllowed,
            $"The queue's store '{path}' cannot be written by this user. Check who owns it and its folder.", path, fault),
        _ => new("QueueStoreFailed", GpuOpsErrorKind.Unreachable,
            $"The queue's store '{path}' cannot be read or written: {fault.Message} Check the disk and the folder.", path, fault),
    };

    public static GpuOpsException NoRoom(string path, Exception? cause) => new("QueueStoreFull", GpuOpsErrorKind.Exhausted,
        $"The disk of the queue's store '{path}' is full. Nothing was changed; free some space and try again.", path, cause);

    public static GpuOpsException Damaged(string path, string what, Exception? cause = null) => new("QueueStoreCorrupt", GpuOpsErrorKind.InvalidData,
        $"The file '{path}' is not a queue's store, or it is damaged ({what.TrimEnd('.')}). It was left as it is. Put a copy of it back, or move it away together with '{path}-wal' to start with an empty queue; what the jobs wrote stays.", path, cause);

    public static GpuOpsException Newer(string path, long version, int known) => new("QueueStoreTooNew", GpuOpsErrorKind.InvalidData,
        $"The queue's store '{path}' has version {version}; this GpuOps knows versions up to {known}. Use the GpuOps that made it, or a newer one. It was left as it is.", path);

    public static GpuOpsException Taken(string path, Exception cause) => new("QueueStoreInUse", GpuOpsErrorKind.Busy,
        $"Another process has the queue's store '{path}'. There is one service for each state folder; see who it is with: fuser '{path}'.", path, cause);

    public static GpuOpsException Unreachable(string path, Exception cause) => new("QueueStoreFailed", GpuOpsErrorKind.Unreachable,
        $"The queue's store '{path}' cannot be opened or made: {cause.Message}", path, cause);
}

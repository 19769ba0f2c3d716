using System.Buffers.Binary;
using GpuOps.Pools.Sqlite;

namespace GpuOps.Bench.Stores;

internal sealed class SqliteStore : Store
{
    private const int WalHeader = 32, FrameHeader = 24, PageSizeAt = 8, SaltAt = 16, FrameSaltAt = 8, SizeAfterCommitAt = 4, SaltLength = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-bench-").FullName;

    public SqliteStore() => Pool = new SqliteGpuPool(new SqlitePoolOptions(File));

    public string File => Path.Combine(_folder, "pool.db");

    public override string Backend => "sqlite:" + File;

    public override string Contended => "sqlite:" + File;

    /// <summary>The commits in the write-ahead log. Format: sqlite.org/fileformat2.html, section 4.</summary>
    public override async Task<long> CountStepsAsync()
    {
        await using var log = new FileStream(File + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var all = new byte[log.Length];
        await log.ReadExactlyAsync(all);
        if (all.Length < WalHeader)
            return 0;
        var page = BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(PageSizeAt));
        var salt = all.AsSpan(SaltAt, SaltLength);
        var commits = 0;
        for (var at = WalHeader; at + FrameHeader + page <= all.Length; at += FrameHeader + page)
        {
            // A frame of another salt is left over from before the log began anew.
            if (!all.AsSpan(at + FrameSaltAt, SaltLength).SequenceEqual(salt))
                break;
            commits += BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(at + SizeAfterCommitAt)) != 0 ? 1 : 0;
        }

        return commits;
    }

    public override async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

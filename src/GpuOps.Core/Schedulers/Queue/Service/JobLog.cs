using System.Runtime.CompilerServices;
using GpuOps.Channels;
using GpuOps.Channels.Files;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>A file that a job of this host writes: it only grows, and is whole when the job is over.</summary>
/// <param name="path">The file.</param>
/// <param name="isOver">Whether the job is over.</param>
public sealed class JobLog(string path, Func<CancellationToken, Task<bool>> isOver)
{
    private const int Piece = 1 << 16;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Where to begin: at an offset, or where the last lines begin; at the beginning when nothing is said.</summary>
    /// <param name="offset">The offset in bytes.</param>
    /// <param name="tail">How many lines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>InvalidOffset</c>, <c>InvalidTail</c>.</exception>
    public async Task<long> StartAsync(long? offset, int? tail, CancellationToken cancellationToken)
    {
        if (offset < 0)
            throw new GpuOpsException("InvalidOffset", GpuOpsErrorKind.InvalidArgument, $"A log begins at byte 0, not at {offset}.", offset);
        if (tail < 0)
            throw new GpuOpsException("InvalidTail", GpuOpsErrorKind.InvalidArgument, $"A log cannot end with {tail} lines.", tail);
        if (tail is not { } lines)
            return offset ?? 0;
        await using var channel = new LocalChannel();
        return await channel.StatAsync(path, cancellationToken) is { } file
            ? await LastLines.StartAsync(channel, path, file.Length, lines, long.MaxValue, cancellationToken)
            : 0;
    }

    /// <summary>What is there now.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Pieces, each with the offset behind it.</returns>
    public async IAsyncEnumerable<(ReadOnlyMemory<byte> Bytes, long End)> ReadAsync(long offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var file = Open();
        if (file is null)
            yield break;
        var buffer = new byte[Piece];
        while (await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken) is > 0 and var length)
            yield return (buffer.AsMemory(0, length), offset += length);
    }

    /// <summary>What is there, and what comes until the job is over. Nothing more is read before a piece is taken.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Pieces, each with the offset behind it.</returns>
    public async IAsyncEnumerable<(ReadOnlyMemory<byte> Bytes, long End)> FollowAsync(long offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked before the last look: what the job wrote is there when it is over.
            var isLast = await isOver(cancellationToken);
            await foreach (var (bytes, end) in ReadAsync(offset, cancellationToken))
            {
                offset = end;
                yield return (bytes, end);
            }

            if (isLast)
                yield break;
            await Task.Delay(Look, cancellationToken);
        }
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle? Open()
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete, options: FileOptions.Asynchronous);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

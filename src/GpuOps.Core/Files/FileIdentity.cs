using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GpuOps.Files;

/// <summary>
/// Tells a file from another one that took its place under the same name. A store that was moved away or restored is
/// not the pool any more, however well the old file, still open, can be written: two pools would book the same GPUs.
/// </summary>
/// <param name="Device">The device it is on.</param>
/// <param name="File">Which file of that device it is.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong File)
{
    private const int CurrentFolder = -100, WantInode = 0x100, BufferSize = 256;
    private const int InodeAt = 32, DeviceAt = 136;
    private const int NoEntry = 2, NoAccess = 13, NoFolder = 20;

    /// <summary>The identity of the file under a name; null when there is none.</summary>
    /// <param name="path">The name.</param>
    /// <exception cref="UnauthorizedAccessException">Its folder may not be entered.</exception>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static FileIdentity? Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return Inode(path);
        }

        try
        {
            System.IO.File.GetAttributes(path);
            return new FileIdentity(0, (ulong)System.IO.File.GetCreationTimeUtc(path).Ticks);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Device and inode. The layout of the buffer is the kernel's, see statx(2).</summary>
    private static FileIdentity? Inode(string path)
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        if (Query(CurrentFolder, path, 0, WantInode, ref MemoryMarshal.GetReference(buffer)) == 0)
        {
            return new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(buffer[DeviceAt..]), BinaryPrimitives.ReadUInt64LittleEndian(buffer[InodeAt..]));
        }

        return Marshal.GetLastPInvokeError() switch
        {
            NoEntry or NoFolder => null,
            NoAccess => throw new UnauthorizedAccessException($"Access to '{path}' is denied."),
            var error => throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'"),
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Query(int folder, string path, int flags, uint mask, ref byte buffer);
}

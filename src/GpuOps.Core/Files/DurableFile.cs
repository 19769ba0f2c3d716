using System.Runtime.InteropServices;

namespace GpuOps.Files;

/// <summary>A small file that is there whole or not at all, also after a power failure.</summary>
internal static partial class DurableFile
{
    private const int Folder = 0x10000, CloseOnExec = 0x80000;

    /// <summary>Writes a file in one step; it is on the disk when this returns.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="content">What is to be in it.</param>
    /// <exception cref="IOException">The disk is full, say.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(temporary, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>The name is the folder's content, and not on the disk with the file.</summary>
    private static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var file = Open(folder, Folder | CloseOnExec);
        if (file >= 0)
        {
            // A file system that cannot flush a folder says so; there is nothing more to be done about it.
            _ = Flush(file);
            _ = Close(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GpuOps.Processes;

/// <summary>Opens what a started process gets as its streams.</summary>
internal static partial class LogFile
{
    private const int WriteOnly = 1, Create = 0x40, NotTheTerminal = 0x100, Append = 0x400, CloseOnExec = 0x80000;
    private const uint Mode = 0b110_110_110;

    /// <summary>Opens a file to be added to: every write goes to its end, whoever else writes.</summary>
    /// <param name="path">The file; made where there is none, with its folder.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder cannot be made.</exception>
    public static SafeFileHandle AppendTo(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return OpenOrThrow(path, WriteOnly | Create | NotTheTerminal | Append | CloseOnExec);
    }

    /// <summary>An input that is at its end.</summary>
    public static SafeFileHandle Nothing() => OpenOrThrow("/dev/null", CloseOnExec);

    private static SafeFileHandle OpenOrThrow(string path, int flags)
    {
        var file = Open(path, flags, Mode);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true)
            : throw new IOException($"'{path}' cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, uint mode);
}

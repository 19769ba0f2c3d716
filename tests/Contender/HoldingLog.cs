using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GpuOps.Contender;

/// <summary>
/// Writes who holds what to a file that all contenders share, with times of the machine's monotonic clock. It knows
/// nothing of pools, so that it can convict one. A line is one write to the end of the file: lines never mix.
/// </summary>
internal sealed partial class HoldingLog : IDisposable
{
    private const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000;

    private readonly SafeFileHandle? _file;

    /// <summary>Opens the log.</summary>
    /// <param name="path">The file; null writes nothing.</param>
    public HoldingLog(string? path)
    {
        if (path is null)
            return;
        // .NET's own FileMode.Append seeks once and then writes at its own position: two processes would overwrite each other.
        _file = Open(path, WriteOnly | Create | Append | CloseOnExec, 0b110_110_110);
        if (_file.IsInvalid)
            throw new IOException($"'{path}' cannot be opened: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Writes one line: what, the process, the time, and more.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="time">When, by <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>, which is CLOCK_MONOTONIC in nanoseconds.</param>
    /// <param name="more">What else there is to say.</param>
    public void Write(string what, long time, params object[] more)
    {
        if (_file is null)
            return;
        var line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{what} {Environment.ProcessId} {time} {string.Join(' ', more)}\n"));
        if (Write(_file, line, line.Length) != line.Length)
            throw new IOException($"The log could not be written: error {Marshal.GetLastPInvokeError()}.");
    }

    public void Dispose() => _file?.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte[] bytes, nint count);
}

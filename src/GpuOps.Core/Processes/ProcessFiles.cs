using System.Runtime.InteropServices;
using System.Text;

namespace GpuOps.Processes;

/// <summary>Reads small files below <c>/proc</c>, thousands of them, with no more calls than it takes.</summary>
internal static partial class ProcessFiles
{
    private const int ReadOnlyCloseOnExec = 0x80000, TryAgain = 4, Largest = 16 << 20;

    /// <summary>Reads a file whole; empty when it is gone or belongs to another user.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="buffer">Where it goes; made larger where it has to be.</param>
    public static ReadOnlySpan<byte> Read(string path, ref byte[] buffer)
    {
        var file = Open(path, ReadOnlyCloseOnExec);
        if (file < 0)
        {
            return [];
        }

        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    if (length >= Largest)
                    {
                        return buffer;
                    }

                    Array.Resize(ref buffer, length * 2);
                }

                var read = (int)Read(file, ref buffer[length], buffer.Length - length);
                if (read > 0)
                {
                    length += read;
                }
                else if (read == 0 || Marshal.GetLastPInvokeError() != TryAgain)
                {
                    return read == 0 ? buffer.AsSpan(0, length) : [];
                }
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    /// <summary>Reads a file whole as text; empty when it is gone or belongs to another user.</summary>
    /// <param name="path">Its path.</param>
    public static string ReadText(string path)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(Read(path, ref buffer));
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int file, ref byte buffer, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GpuOps.Pools.Sqlite;

/// <summary>
/// The line in which a store's writers wait. SQLite's own wait looks again and again, ever more rarely the longer it
/// lasts: with many writers whoever waits longest is overtaken until it gives up. Here the kernel keeps the line, wakes
/// the first, and lets go of what a dead process held. It only orders: what protects the store is SQLite's lock, so a
/// line that cannot be made (or a file that somebody removed) costs fairness and nothing else.
/// </summary>
/// <param name="path">The store's file; the line is kept on an empty file beside it.</param>
internal sealed partial class WriterLine(string path) : IDisposable
{
    private const int Exclusive = 2, NoWait = 4, Unlock = 8;
    private const int ReadOnly = 0, CloseOnExec = 0x80000;
    private const int Interrupted = 4, WouldBlock = 11;

    private SafeFileHandle? _file;
    private Task? _abandoned;

    /// <summary>Does a piece of writing when it is this store's turn.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="atMost">How long to wait for the turn.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    /// <exception cref="TimeoutException">The turn did not come.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the turn came.</exception>
    public T Run<T>(Func<T> work, TimeSpan atMost, CancellationToken cancellationToken)
    {
        // One thread of this process that waits in the kernel is enough.
        Await(_abandoned, atMost, cancellationToken);
        _abandoned = null;
        if ((_file ??= Open()) is { } file && Lock(file, Exclusive | NoWait) == WouldBlock)
        {
            Wait(file, atMost, cancellationToken);
        }

        try
        {
            return work();
        }
        finally
        {
            if (_file is not null)
            {
                Lock(_file, Unlock);
            }
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Waits on a thread of its own: what waits in the kernel cannot be cancelled.</summary>
    private void Wait(SafeFileHandle file, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var turn = Task.Factory.StartNew(
            () =>
            {
                while (Lock(file, Exclusive) == Interrupted)
                {
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Await(turn, atMost, cancellationToken);
        }
        catch (Exception fault) when (fault is OperationCanceledException or TimeoutException)
        {
            // Closed as soon as the kernel's wait is over, and with it goes the turn nobody wants any more.
            _abandoned = turn;
            Dispose();
            throw;
        }
    }

    private static void Await(Task? turn, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (turn?.Wait(atMost, cancellationToken) == false)
        {
            throw new TimeoutException();
        }
    }

    private static int Lock(SafeFileHandle file, int operation) => Flock(file, operation) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private SafeFileHandle? Open()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var line = $"{path}-line";
            if (!File.Exists(line))
            {
                // As open as the store: whoever may write there stands in the same line.
                SqliteConnectionFactory.MakeFile(line, File.GetUnixFileMode(path));
            }

            // Not by File: that takes this very lock, to keep its word about sharing.
            var file = Open(line, ReadOnly | CloseOnExec);
            return file.IsInvalid ? null : file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}

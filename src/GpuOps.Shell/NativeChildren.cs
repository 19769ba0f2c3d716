using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GpuOps.Shell;

/// <summary>The native commands this program has started: they end with it.</summary>
internal static partial class NativeChildren
{
    /// <summary>
    /// Hands a signal to the child processes. The engine does not end a native command that has the terminal to itself,
    /// because the terminal's Ctrl+C reaches it anyway; a signal from elsewhere reaches only this process.
    /// </summary>
    public static void PassOn(PosixSignal signal)
    {
        if (!OperatingSystem.IsLinux() || (signal == PosixSignal.SIGINT && TerminalIsOurs()))
            return;
        foreach (int child in Children())
            _ = kill(child, signal == PosixSignal.SIGINT ? 2 : 15);
    }

    private static bool TerminalIsOurs()
    {
        try
        {
            using FileStream terminal = File.OpenRead("/dev/tty");
            return tcgetpgrp(terminal.SafeFileHandle) == getpgrp();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<int> Children()
    {
        using Process self = Process.GetCurrentProcess();
        foreach (ProcessThread thread in self.Threads)
        {
            string text;
            try
            {
                text = File.ReadAllText($"/proc/self/task/{thread.Id}/children");
            }
            catch (IOException)
            {
                continue; // the thread has ended, or the kernel keeps no such list
            }

            foreach (string id in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                yield return int.Parse(id, CultureInfo.InvariantCulture);
        }
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial int getpgrp();

    [LibraryImport("libc")]
    private static partial int tcgetpgrp(System.Runtime.InteropServices.SafeHandle terminal);
}

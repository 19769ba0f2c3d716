using System.Globalization;
using System.Runtime.InteropServices;

namespace GpuOps.Pools.Reservations;

/// <summary>Tells processes of this machine apart, through <c>/proc</c>; on other systems it knows nothing.</summary>
public static partial class LocalProcesses
{
    private const int StateField = 0, StartTimeField = 19, NoSuchProcess = 3;

    private static readonly Lazy<string> OwnBoot = new(ReadBoot);
    private static readonly Lazy<string> OwnMachine = new(ReadMachine);

    /// <summary>Names this boot of the machine; empty where the system cannot say.</summary>
    public static string Boot => OwnBoot.Value;

    /// <summary>This process; null where the system cannot say.</summary>
    public static ProcessIdentity? Current => Identify(Environment.ProcessId);

    /// <summary>A process of this machine; null when it is gone, a zombie, or the system cannot say.</summary>
    /// <param name="processId">Its id.</param>
    public static ProcessIdentity? Identify(int processId) =>
        OwnMachine.Value.Length > 0 && ReadStat(processId) is { } stat && ParseStartTime(stat) is { } start ? new ProcessIdentity(OwnMachine.Value, processId, start) : null;

    /// <summary>
    /// Whether a process is known to be gone. Of a process of another machine, another boot or another container
    /// nothing is known, and the answer is false.
    /// </summary>
    /// <param name="process">The process.</param>
    public static bool IsGone(ProcessIdentity process)
    {
        if (process.Machine.Length == 0 || process.Machine != OwnMachine.Value)
        {
            return false;
        }

        // A /proc mounted with hidepid shows other users' processes to nobody; the kernel still says whether they exist.
        return ReadStat(process.ProcessId) is { } stat
            ? ParseStartTime(stat) != process.StartTime
            : Signal(process.ProcessId, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess;
    }

    /// <summary>Parses <c>/proc/PID/stat</c>: the start time (field 22), or null for a zombie. Format: proc(5).</summary>
    /// <param name="stat">The file's text. The program's name stands in parentheses and may hold any character.</param>
    public static long? ParseStartTime(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartTimeField && fields[StateField] is not ("Z" or "X" or "x")
            ? long.Parse(fields[StartTimeField], CultureInfo.InvariantCulture)
            : null;
    }

    private static string? ReadStat(int processId) =>
        TryRead(() => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat")));

    /// <summary>Sends a signal to a process; 0 only asks whether it is there. Not 0 when that failed.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Signal(int process, int signal);

    private static string ReadMachine() =>
        Boot.Length > 0 && TryRead(static () => new FileInfo("/proc/self/ns/pid").LinkTarget) is { } space ? $"{Boot}/{space}" : "";

    private static string ReadBoot() => TryRead(static () => File.ReadAllText("/proc/sys/kernel/random/boot_id"))?.Trim() ?? "";

    private static string? TryRead(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

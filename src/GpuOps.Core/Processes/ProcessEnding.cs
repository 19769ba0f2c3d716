using System.Globalization;
using GpuOps.Pools.Reservations;

namespace GpuOps.Processes;

/// <summary>
/// Ends processes that may start others meanwhile: each is asked once, and when the grace period is over, all are
/// killed until none is left. The clock runs from the moment this is made.
/// </summary>
/// <param name="grace">How long they have to end by themselves.</param>
/// <param name="time">The clock.</param>
internal sealed class ProcessEnding(TimeSpan grace, TimeProvider time)
{
    private const int Interrupt = 2, Kill = 9, Terminate = 15;

    /// <summary>How long the kernel may take to end a process that was killed.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    private readonly long _start = time.GetTimestamp();
    private readonly HashSet<int> _asked = [];

    /// <summary>Whether the grace period is over.</summary>
    public bool IsKilling => Elapsed >= grace;

    /// <summary>Whether what is left withstands even SIGKILL, such as a process that a hanging driver holds in the kernel.</summary>
    public bool IsHopeless => Elapsed - grace >= KillLimit;

    /// <summary>The rest of the grace period.</summary>
    public TimeSpan Rest => grace - Elapsed;

    private TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Asks or kills what is left now. A process that ends between the look and the signal is what was wanted.</summary>
    /// <param name="left">Those that are to end.</param>
    /// <param name="groups">Process groups all of whose members are to end: nothing escapes from one by forking while it is killed.</param>
    public void Step(IReadOnlyCollection<int> left, IReadOnlyCollection<int> groups)
    {
        if (!IsKilling)
        {
            foreach (var process in left.Where(_asked.Add))
            {
                _ = LocalProcesses.Signal(process, IgnoresInterrupt(process) ? Terminate : Interrupt);
            }

            return;
        }

        foreach (var group in groups)
        {
            _ = LocalProcesses.Signal(-group, Kill);
        }

        foreach (var process in left)
        {
            _ = LocalProcesses.Signal(process, Kill);
        }
    }

    /// <summary>A shell has what it starts with <c>&amp;</c> ignore SIGINT, whether or not the program would like to know.</summary>
    private static bool IgnoresInterrupt(int process)
    {
        const string Field = "\nSigIgn:\t";
        var status = ProcessFiles.ReadText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"));
        var at = status.IndexOf(Field, StringComparison.Ordinal);
        return at >= 0
            && ulong.TryParse(status.AsSpan(at + Field.Length).TrimEnd()[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ignored)
            && (ignored & (1UL << (Interrupt - 1))) != 0;
    }
}

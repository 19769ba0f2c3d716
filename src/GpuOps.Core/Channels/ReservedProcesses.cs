using System.Globalization;
using System.Text;
using GpuOps.Pools.Reservations;
using GpuOps.Probes;

namespace GpuOps.Channels;

/// <summary>
/// The processes of this host that run under a reservation: those whose environment carries its id, and whatever
/// these started. So a child that left the process group, called setsid or outlived its parent is found as well.
/// </summary>
public static class ReservedProcesses
{
    private const int Interrupt = 2, Kill = 9;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    /// <summary>How long the kernel may take to end a process that was killed.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Finds them; this process itself is never among them.</summary>
    /// <param name="reservationId">The reservation.</param>
    /// <returns>Their process ids; zombies are left out.</returns>
    public static IReadOnlyCollection<int> Find(string reservationId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var marker = Encoding.UTF8.GetBytes($"{VisibleDevices.ReservationIdVariable}={reservationId}\0");
        Dictionary<int, int> parents = [];
        HashSet<int> found = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                || process == Environment.ProcessId || ReadParent(folder) is not { } parent)
            {
                continue;
            }

            parents[process] = parent;
            if (IsMarked(folder, marker))
            {
                found.Add(process);
            }
        }

        AddDescendants(parents, found);
        return found;
    }

    /// <summary>Ends them: SIGINT, a grace period, then SIGKILL until none is left, also those that are started meanwhile.</summary>
    /// <param name="reservationId">The reservation.</param>
    /// <param name="grace">How long they have to end by themselves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; what is left stays.</param>
    /// <returns>What not even SIGKILL ended in time, such as a process that a hanging driver holds in the kernel.</returns>
    public static async Task<IReadOnlyCollection<int>> EndAsync(string reservationId, TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var start = time.GetTimestamp();
        HashSet<int> asked = [];
        while (Find(reservationId) is { Count: > 0 } left)
        {
            var elapsed = time.GetElapsedTime(start);
            if (elapsed >= grace + KillLimit)
            {
                return left;
            }

            var isOver = elapsed >= grace;
            foreach (var process in left.Where(process => isOver || asked.Add(process)))
            {
                // A process that ends between the look and the signal is what was wanted.
                _ = LocalProcesses.Signal(process, isOver ? Kill : Interrupt);
            }

            await Task.Delay(Look, time, cancellationToken);
        }

        return [];
    }

    private static void AddDescendants(Dictionary<int, int> parents, HashSet<int> found)
    {
        if (found.Count == 0)
        {
            return;
        }

        for (var before = -1; before != found.Count;)
        {
            before = found.Count;
            found.UnionWith(parents.Where(pair => found.Contains(pair.Value)).Select(pair => pair.Key));
        }
    }

    private static bool IsMarked(string folder, byte[] marker)
    {
        try
        {
            var environment = File.ReadAllBytes(folder + "/environ").AsSpan();
            var at = environment.IndexOf(marker);
            return at == 0 || (at > 0 && environment[at - 1] == 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Gone, or another user's.
            return false;
        }
    }

    private static int? ReadParent(string folder)
    {
        try
        {
            var stat = File.ReadAllText(folder + "/stat");
            return LocalProcesses.ParseStartTime(stat) is null ? null
                : int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using GpuOps.Probes;
using GpuOps.Processes;

namespace GpuOps.Channels;

/// <summary>
/// The processes of this host that run under a reservation: those whose environment carries its id, and whatever
/// these started. So a child that left the process group, called setsid or outlived its parent is found as well.
/// </summary>
public static class ReservedProcesses
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    /// <summary>Finds them; this process itself is never among them.</summary>
    /// <param name="reservationId">The reservation.</param>
    /// <returns>Their process ids; zombies are left out.</returns>
    public static IReadOnlyCollection<int> Find(string reservationId)
    {
        var table = ProcessTable.Read();
        var marker = ProcessTable.Marker(VisibleDevices.ReservationIdVariable, reservationId);
        HashSet<int> found = [.. table.Rows.Keys.Where(process => process != Environment.ProcessId && table.IsMarked(process, marker))];
        table.AddDescendants(found);
        return found;
    }

    /// <summary>
    /// Ends them: SIGINT (SIGTERM where that is ignored), a grace period, then SIGKILL until none is left, also those
    /// that are started meanwhile.
    /// </summary>
    /// <param name="reservationId">The reservation.</param>
    /// <param name="grace">How long they have to end by themselves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; what is left stays.</param>
    /// <returns>What not even SIGKILL ended in time, such as a process that a hanging driver holds in the kernel.</returns>
    public static async Task<IReadOnlyCollection<int>> EndAsync(string reservationId, TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        var ending = new ProcessEnding(grace, time);
        while (Find(reservationId) is { Count: > 0 } left)
        {
            if (ending.IsHopeless)
            {
                return left;
            }

            // No groups: a terminal's command is in one with the shell it was typed into.
            ending.Step(left, []);
            await Task.Delay(Look, time, cancellationToken);
        }

        return [];
    }
}

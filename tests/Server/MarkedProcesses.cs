using GpuOps.Pools.Reservations;
using GpuOps.Processes;

namespace GpuOps.ServerTests;

/// <summary>What runs with a variable of its own: everything that a rig has started, however far.</summary>
/// <param name="folder">The rig's folder, which is the value of <c>F</c>.</param>
internal sealed class MarkedProcesses(string folder)
{
    private const int Kill = 9;

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<int> Alive()
    {
        var table = ProcessTable.Read();
        var marker = ProcessTable.Marker("F", folder);
        return [.. table.Rows.Keys.Where(process => table.IsMarked(process, marker))];
    }

    /// <summary>kill -9 until none is left.</summary>
    public void KillAll() => Wait.Until(
        () =>
        {
            foreach (var process in Alive())
            {
                _ = LocalProcesses.Signal(process, Kill);
            }

            return Alive().Count == 0;
        },
        "nothing of the jobs is left");
}

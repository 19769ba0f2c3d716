using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>
/// Finds what a start has left running: what carries its marker, is in its program's session, descends from any of
/// these, or was found before.
/// </summary>
/// <param name="marker">The value of <see cref="MarkerVariable"/>.</param>
/// <param name="program">The program's process, which leads a session; null where it may be another's number by now.</param>
/// <param name="supervisor">The process that everything descends from; null looks at all processes of the host.</param>
internal sealed class RunProcesses(string marker, int? program, int? supervisor)
{
    /// <summary>Set in the environment of every job, and inherited.</summary>
    public const string MarkerVariable = "GPUOPS_RUN_ID";

    private readonly byte[] _marker = ProcessTable.Marker(MarkerVariable, marker);
    private readonly HashSet<(int Id, long StartTime)> _seen = [];

    /// <summary>Finds them.</summary>
    /// <param name="table">The processes of this host.</param>
    public RunLook Find(ProcessTable table)
    {
        HashSet<int> found = [];
        var isUnclear = false;
        foreach (var process in Candidates(table))
        {
            var row = table.Rows[process];
            if (row.Session == program || _seen.Contains((row.Id, row.StartTime)) || table.IsMarked(process, _marker))
            {
                found.Add(process);
            }
            else if (supervisor is not null && !table.HasEnvironment(process))
            {
                isUnclear = true;
            }
        }

        table.AddDescendants(found);
        _seen.Clear();
        _seen.UnionWith(found.Select(process => (process, table.Rows[process].StartTime)));
        // The program led a session of its own, and so no group of it or of its processes has anybody else in it.
        HashSet<int> groups = [.. found.Select(process => table.Rows[process].Group), .. table.Dead.Where(row => row.Session == program).Select(static row => row.Group)];
        return new RunLook(found, groups)
        {
            IsUnclear = isUnclear,
            HasDead = table.Dead.Any(row => row.Parent == supervisor),
        };
    }

    private IEnumerable<int> Candidates(ProcessTable table)
    {
        if (supervisor is not { } top)
        {
            return table.Rows.Keys.Where(static process => process != Environment.ProcessId);
        }

        HashSet<int> below = [top];
        table.AddDescendants(below);
        below.Remove(top);
        return below;
    }
}

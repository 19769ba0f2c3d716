using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;

namespace GpuOps.Cmdlets.Module;

/// <summary>
/// Knows the runspaces the module was imported into. A closing runspace tells no module, so its state is watched; the
/// engine is asked to release only when something was ever held.
/// </summary>
internal static class RunspaceWatch
{
    private static readonly ConcurrentDictionary<Guid, Runspace> Watched = [];

    static RunspaceWatch() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        foreach (var id in Watched.Keys)
        {
            Release(id);
        }
    };

    public static void Begin(Runspace runspace)
    {
        if (Watched.TryAdd(runspace.InstanceId, runspace))
        {
            runspace.StateChanged += OnStateChanged;
        }
    }

    /// <summary>Releases what a runspace holds. Never throws: it runs where nobody could catch.</summary>
    public static void Release(Guid runspace)
    {
        if (EngineState.IsInUse)
        {
            EngineState.Current.Close(runspace);
        }
    }

    private static void OnStateChanged(object? sender, RunspaceStateEventArgs change)
    {
        if (sender is Runspace runspace
            && change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken
            && Watched.TryRemove(runspace.InstanceId, out _))
        {
            Release(runspace.InstanceId);
        }
    }
}

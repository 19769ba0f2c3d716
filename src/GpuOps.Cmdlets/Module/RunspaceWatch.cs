using System.Management.Automation.Runspaces;

namespace GpuOps.Cmdlets.Module;

/// <summary>
/// Knows the runspaces the module was imported into. A closing runspace tells no module, so its state is watched; the
/// engine is asked to release only when something was ever held.
/// </summary>
internal static class RunspaceWatch
{
    // A set of references: the runtime has it compiled already, and every import pays for what it has not.
    private static readonly HashSet<Runspace> Watched = [], InUse = [];
    private static readonly Lock Gate = new();

    static RunspaceWatch() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        Runspace[] open;
        lock (Gate)
        {
            open = [.. Watched];
        }

        foreach (var runspace in open)
        {
            Release(runspace);
        }
    };

    public static void Begin(Runspace runspace)
    {
        lock (Gate)
        {
            InUse.Add(runspace);
            if (!Watched.Add(runspace))
            {
                return;
            }
        }

        runspace.StateChanged += OnStateChanged;
    }

    /// <summary>
    /// Releases what a runspace holds, and with the last one what all share. Never throws: it runs where nobody could catch.
    /// </summary>
    public static void Release(Runspace runspace)
    {
        bool isLast;
        lock (Gate)
        {
            isLast = InUse.Remove(runspace) && InUse.Count == 0;
        }

        if (EngineState.IsInUse)
        {
            EngineState.Current.Close(runspace.InstanceId, isLast);
        }
    }

    private static void OnStateChanged(object? sender, RunspaceStateEventArgs change)
    {
        if (sender is Runspace runspace
            && change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken
            && IsWatched(runspace))
        {
            // Forgotten only when that is done: a process that ends meanwhile waits for it too.
            Release(runspace);
            Forget(runspace);
        }
    }

    private static bool IsWatched(Runspace runspace)
    {
        lock (Gate)
        {
            return Watched.Contains(runspace);
        }
    }

    private static void Forget(Runspace runspace)
    {
        lock (Gate)
        {
            Watched.Remove(runspace);
        }
    }
}

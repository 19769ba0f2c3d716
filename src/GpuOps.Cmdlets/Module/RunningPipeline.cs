using System.Management.Automation.Runspaces;
using System.Reflection;

namespace GpuOps.Cmdlets.Module;

/// <summary>
/// Stops what a runspace is doing, as Ctrl+C does. The engine knows its running pipeline and shows it to nobody, so
/// it is asked by name; where a later engine has no such member, nothing is stopped and the warning alone remains.
/// </summary>
internal static class RunningPipeline
{
    private static readonly MethodInfo? Current =
        typeof(Runspace).GetMethod("GetCurrentlyRunningPipeline", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>Asks the running pipeline to stop and returns at once. False when nothing runs.</summary>
    public static bool Stop(Runspace runspace)
    {
        var pipeline = Current?.Invoke(runspace, null);
        var stop = pipeline?.GetType().GetMethod("StopAsync", Type.EmptyTypes);
        stop?.Invoke(pipeline, null);
        return stop is not null;
    }
}

using System.Diagnostics;
using System.Management.Automation;
using GpuOps.Bench.Clusters;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>How often a wait for very many jobs asks the cluster.</summary>
internal static class SlurmWaitRows
{
    private const int Jobs = 1_000, Intervals = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Row[] All { get; } =
    [
        new("wait-1000", $"calls of squeue an interval, `Wait-SlurmJob` for {Jobs} jobs", "one job", Bar.Figure, 1, "",
            () => Task.FromResult(new Pair([Count(Jobs)], [Count(1)]))),
    ];

    /// <summary>After the first, which is at once.</summary>
    private static double Count(int jobs)
    {
        using var cluster = new RecordedCluster(jobs);
        using var settings = new UserSettings(("many", cluster.Backend));
        using var session = new Session();
        session.Runspace.SessionStateProxy.SetVariable("ids", cluster.Ids);
        var start = Stopwatch.GetTimestamp();
        using (var wait = session.Prepare($"Wait-SlurmJob $ids -Backend many -Interval {Interval.TotalSeconds}s -Timeout {Interval.TotalSeconds * (Intervals + 0.5)}s -WarningAction Ignore"))
        {
            try
            {
                wait.Invoke();
            }
            catch (CmdletInvocationException fault) when (fault.ErrorRecord.FullyQualifiedErrorId.StartsWith("SlurmWaitTimeout", StringComparison.Ordinal))
            {
                // As was to be.
            }
        }

        var intervals = Math.Floor(Stopwatch.GetElapsedTime(start) / Interval);
        return (cluster.CountCalls() - 1) / intervals;
    }
}

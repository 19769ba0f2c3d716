using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The order in which jobs are shown: by their number, tasks by their index, and parts as they were written.</summary>
internal static class SlurmJobOrder
{
    /// <summary>Sorts jobs.</summary>
    /// <param name="jobs">The jobs, in any order.</param>
    public static IReadOnlyList<SlurmJob> Sort(IReadOnlyList<SlurmJob> jobs) =>
        jobs.Count < 2 ? jobs : [.. jobs.OrderBy(static job => (Number(job.Id.Base), job.Id.Tasks.FirstOrDefault(-1), job.Id.Component ?? -1))];

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>Counts jobs for reports: a record that stands for tasks of an array counts as that many.</summary>
public static class SlurmClusterReports
{
    /// <summary>The jobs of each state.</summary>
    /// <param name="jobs">The jobs.</param>
    public static IReadOnlyList<SlurmStateUsage> ByState(IEnumerable<SlurmJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return
        [
            .. jobs.GroupBy(static job => job.State)
                .Select(static same => new SlurmStateUsage(same.Key, same.Sum(CountOf), same.Sum(GpusOf)))
                .OrderByDescending(static state => state.Jobs).ThenBy(static state => state.State),
        ];
    }

    /// <summary>What each user has and wants; jobs that are over count for nothing.</summary>
    /// <param name="jobs">The jobs.</param>
    public static IReadOnlyList<SlurmUserUsage> ByUser(IEnumerable<SlurmJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return
        [
            .. jobs.Where(static job => !job.IsFinished).GroupBy(static job => job.User, StringComparer.Ordinal)
                .Select(static own => Usage(own.Key, own.ToLookup(static job => job.Nodes.Length > 0)))
                .OrderByDescending(static user => user.GpusInUse).ThenByDescending(static user => user.Running).ThenBy(static user => user.User, StringComparer.Ordinal),
        ];
    }

    private static SlurmUserUsage Usage(string user, ILookup<bool, SlurmJob> hasNodes) =>
        new(user, hasNodes[true].Sum(CountOf), hasNodes[true].Sum(GpusOf), hasNodes[false].Sum(CountOf), hasNodes[false].Sum(GpusOf));

    private static int CountOf(SlurmJob job) => job.Id.IsTaskSet ? job.Id.Tasks.Count() : 1;

    private static int GpusOf(SlurmJob job) => (job.Gpus ?? 0) * CountOf(job);
}

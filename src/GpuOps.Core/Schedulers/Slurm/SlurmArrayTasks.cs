namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Takes tasks out of an array that waits as one record: what is done to the record would be done to all of its tasks, and
/// who asks for one of them means that one.
/// </summary>
internal static class SlurmArrayTasks
{
    /// <summary>What ids mean of a job.</summary>
    /// <param name="job">The job, or tasks in brackets.</param>
    /// <param name="ids">Ids of the same number.</param>
    /// <returns>The job, those of its tasks that are meant, each by itself, or nothing.</returns>
    public static IEnumerable<SlurmJob> Of(SlurmJob job, IEnumerable<SlurmJobId> ids)
    {
        SlurmJobId[] own = [.. ids];
        if (own.Any(id => id.Covers(job.Id)))
            return [job];
        if (!job.Id.IsTaskSet)
            return own.Any(job.Id.Covers) ? [job] : [];
        var meant = own.SelectMany(static id => id.Tasks).ToHashSet();
        return job.Id.Tasks.Where(meant.Contains).Select(task => job with { Id = job.Id.TaskOf(task) });
    }
}

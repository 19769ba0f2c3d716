namespace GpuOps.Schedulers.Slurm;

/// <summary>Finds the jobs that ids are about, of many jobs for many ids.</summary>
/// <param name="jobs">The jobs.</param>
public sealed class SlurmJobLookup(IEnumerable<SlurmJob> jobs)
{
    private readonly ILookup<string, SlurmJob> _jobs = jobs.ToLookup(static job => job.Id.Base);

    /// <summary>The jobs that an id covers or belongs to: of an array its tasks, of a task also the array it waits in.</summary>
    /// <param name="id">The id.</param>
    /// <returns>In the order they were given in.</returns>
    public IEnumerable<SlurmJob> Of(SlurmJobId id) => _jobs[id.Base].Where(job => id.Covers(job.Id) || job.Id.Covers(id));
}

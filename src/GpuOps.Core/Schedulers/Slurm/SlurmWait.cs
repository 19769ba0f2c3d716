using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Waits for many jobs at once with one question to the cluster per interval. A job that goes back into the queue is not
/// over, and a cluster that does not answer for a while is asked again.
/// </summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="options">How to wait.</param>
/// <param name="time">The clock.</param>
public sealed class SlurmWait(SlurmScheduler scheduler, SlurmWaitOptions options, TimeProvider time)
{
    private static readonly string[] NeverStarts = ["DependencyNeverSatisfied", "PartitionConfig", "PartitionTimeLimit", "PartitionNodeLimit", "BadConstraints"];

    private readonly HashSet<SlurmJobId> _told = [];
    private readonly Dictionary<SlurmJobId, SlurmJob> _seen = [];
    private Dictionary<SlurmJobState, int> _states = [];
    private SlurmJob[] _stuck = [];

    /// <summary>Waits until all of them are over, or in a wanted state.</summary>
    /// <param name="ids">The jobs; of an array all its tasks.</param>
    /// <param name="ended">Told each job, or task of an array, once, when it is over or in a wanted state.</param>
    /// <param name="lost">Told each id that the cluster does not know, or does not know any more, with what it last was.</param>
    /// <param name="progress">Told how it stands after each question.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmWaitTimeout</c>, or an error that will not pass by waiting.</exception>
    public async Task RunAsync(
        IReadOnlyList<SlurmJobId> ids, Action<SlurmJob> ended, Action<SlurmJobId, SlurmJob?> lost, Action<SlurmWaitProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        List<SlurmJobId> open = [.. ids.Distinct()];
        var total = open.Count;
        await new SlurmPoll(options.Interval, options.Timeout).RunAsync(
            token => scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [.. open] }, token), IsEnough, fault => Tell(fault.Message), Late, time, cancellationToken);

        bool IsEnough(SlurmJobs answer)
        {
            Take(answer, open, ended, lost);
            Tell(answer.Missing?.Message);
            return open.Count == 0;
        }

        void Tell(string? trouble) => progress(new SlurmWaitProgress(total - open.Count, total, _states, trouble) { Stuck = _stuck });

        GpuOpsException Late(Exception fault) => new("SlurmWaitTimeout", GpuOpsErrorKind.Timeout,
            $"{open.Count} of {total} jobs are not over after {options.Timeout}: {string.Join(", ", open.Take(5))}{(open.Count > 5 ? ", ..." : "")}. They go on; Get-SlurmJob shows how they stand.", open, fault);
    }

    private void Take(SlurmJobs answer, List<SlurmJobId> open, Action<SlurmJob> ended, Action<SlurmJobId, SlurmJob?> lost)
    {
        _states = answer.Jobs.CountBy(static job => job.State).ToDictionary();
        _stuck = [.. answer.Jobs.Where(static job => job.State == SlurmJobState.Pending && NeverStarts.Contains(job.Reason))];
        foreach (var job in answer.Jobs.Where(IsDone).Where(job => _told.Add(job.Id.Job)))
            ended(job);

        var known = new SlurmJobLookup(answer.Jobs);
        open.RemoveAll(id => IsOver(id, [.. known.Of(id)], answer.Missing, lost));
    }

    private bool IsOver(SlurmJobId id, SlurmJob[] own, GpuOpsException? missing, Action<SlurmJobId, SlurmJob?> lost)
    {
        if (own.Length > 0)
            _seen[id] = own[^1];
        else if (missing?.Id == "SlurmAccountingAway")
            // The controller forgets what is over, and who remembers it will be back.
            return false;
        else
            lost(id, _seen.GetValueOrDefault(id));
        return own.All(IsDone);
    }

    private bool IsDone(SlurmJob job) => job.IsFinished || options.States.Contains(job.State);
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>Makes one of what the controller and the accounting know.</summary>
public static class SlurmJobMerge
{
    /// <summary>
    /// One job for each id: the controller's word where it has one, since the accounting lags behind, filled up by the
    /// accounting; then the jobs that only the accounting still knows. Of an array whose tasks the controller knows, the
    /// accounting's tasks alone count: it lists waiting ones in brackets for a while after they were split, and a task that
    /// has begun for a moment as a job with the array's own number. The parts of a heterogeneous job it lists like that too.
    /// </summary>
    /// <param name="live">The controller's jobs.</param>
    /// <param name="accounted">The accounting's jobs; of several with one id, the last was the last to run.</param>
    public static IReadOnlyList<SlurmJob> Combine(IEnumerable<SlurmJob> live, IEnumerable<SlurmJob> accounted)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(accounted);
        var jobs = new List<SlurmJob>();
        var places = new Dictionary<SlurmJobId, int>();
        var parents = new HashSet<string>();
        foreach (var job in live)
        {
            if (!places.TryAdd(job.Id.Job, jobs.Count)) continue;
            if (job.ArrayJobId is not null || job.Id.Component is not null) parents.Add(job.Id.Base);
            jobs.Add(job);
        }

        var latest = new Dictionary<SlurmJobId, SlurmJob>();
        foreach (var job in accounted) latest[job.Id.Job] = job;
        foreach (var (id, job) in latest)
        {
            if (places.TryGetValue(id, out var place)) jobs[place] = Fill(jobs[place], job);
            else if (!parents.Contains(id.Base) || id.IsTask || id.Component is not null) jobs.Add(job);
        }

        return jobs;
    }

    /// <summary>The first job with what it does not tell from the second: accounting, or the details of scontrol.</summary>
    /// <param name="job">What is believed.</param>
    /// <param name="more">What fills it up.</param>
    public static SlurmJob Fill(SlurmJob job, SlurmJob more)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(more);
        var isSameState = job.State == more.State || job.StateText.Length == 0;
        var typed = HasBetterGpus(job, more) ? more : job;
        var exit = isSameState && job.ExitCode is null && job.Signal is null ? more : job;
        return job with
        {
            Name = Or(job.Name, more.Name),
            User = Or(job.User, more.User),
            Account = Or(job.Account, more.Account),
            Partition = Or(job.Partition, more.Partition),
            Qos = Or(job.Qos, more.Qos),
            State = isSameState ? more.State : job.State,
            StateText = isSameState && more.StateText.Length > job.StateText.Length ? more.StateText : job.StateText,
            Reason = Or(job.Reason, isSameState ? more.Reason : ""),
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            Nodes = Or(job.Nodes, isSameState ? more.Nodes : ""),
            NodeCount = job.NodeCount ?? more.NodeCount,
            Cpus = job.Cpus ?? more.Cpus,
            Gpus = typed.Gpus,
            GpuTypes = typed.GpuTypes,
            Memory = Or(job.Memory, more.Memory),
            SubmitTime = job.SubmitTime ?? more.SubmitTime,
            StartTime = job.StartTime ?? (isSameState ? more.StartTime : null),
            EndTime = job.EndTime ?? (isSameState ? more.EndTime : null),
            Elapsed = job.Elapsed ?? more.Elapsed,
            TimeLimit = job.TimeLimit ?? more.TimeLimit,
            Priority = job.Priority ?? more.Priority,
            RestartCount = job.RestartCount ?? more.RestartCount,
            Dependency = Or(job.Dependency, more.Dependency),
            WorkFolder = Or(job.WorkFolder, more.WorkFolder),
            OutputPath = Or(job.OutputPath, more.OutputPath),
            ErrorPath = Or(job.ErrorPath, more.ErrorPath),
            Command = Or(job.Command, more.Command),
            Comment = Or(job.Comment, more.Comment),
            Cluster = job.Cluster ?? more.Cluster,
            NodeGres = job.NodeGres.Count == 0 ? more.NodeGres : job.NodeGres,
            Backend = Or(job.Backend, more.Backend),
        };
    }

    private static string Or(string text, string more) => text.Length == 0 ? more : text;

    // The same number with types says more than without.
    private static bool HasBetterGpus(SlurmJob job, SlurmJob more) =>
        more.Gpus is not null && (job.Gpus is null
            || (job.Gpus == more.Gpus && job.GpuTypes.ContainsKey(SlurmGpus.AnyType) && !more.GpuTypes.ContainsKey(SlurmGpus.AnyType)));
}

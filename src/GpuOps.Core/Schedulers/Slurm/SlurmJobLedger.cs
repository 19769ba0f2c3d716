namespace GpuOps.Schedulers.Slurm;

/// <summary>Remembers in which state each job was seen last, each task of an array by itself, and tells what changed.</summary>
/// <param name="time">The clock.</param>
internal sealed class SlurmJobLedger(TimeProvider time)
{
    private readonly Dictionary<Key, SlurmJob> _known = [];

    /// <summary>Whether a job, or a task of those it stands for, was seen before.</summary>
    public bool Knows(SlurmJobId id) => KeysOf(id).Any(_known.ContainsKey);

    /// <summary>Whether all that was seen of what an id stands for is over.</summary>
    public bool IsOver(SlurmJobId id) => _known.All(pair => pair.Value.IsFinished || !id.Covers(pair.Key.ToId()));

    /// <summary>The jobs that were seen, are not over, and are not among these: each by its own id, or its task's.</summary>
    /// <param name="jobs">What is there now.</param>
    public IReadOnlyList<SlurmJobId> AbsentFrom(IEnumerable<SlurmJob> jobs)
    {
        var there = jobs.SelectMany(static job => KeysOf(job.Id)).ToHashSet();
        return [.. _known.Where(pair => !pair.Value.IsFinished && !there.Contains(pair.Key)).Select(static pair => pair.Key.ToId())];
    }

    /// <summary>Whether an id stands for nothing but these.</summary>
    public static bool IsMadeOf(SlurmJobId id, IReadOnlySet<SlurmJobId> ids) => KeysOf(id).All(key => ids.Contains(key.ToId()));

    /// <summary>Takes what is there now and tells what is in another state than before.</summary>
    /// <param name="jobs">The jobs; tasks of an array that stand together change together.</param>
    public IReadOnlyList<SlurmJobChange> Take(IEnumerable<SlurmJob> jobs)
    {
        var changes = new List<SlurmJobChange>();
        foreach (var job in jobs)
        {
            var hasChanged = false;
            SlurmJobState? from = null;
            foreach (var key in KeysOf(job.Id))
            {
                var before = _known.GetValueOrDefault(key);
                _known[key] = job;
                if (before?.State == job.State) continue;
                hasChanged = true;
                from ??= before?.State;
            }

            if (hasChanged) changes.Add(Change(from, job));
        }

        return changes;
    }

    /// <summary>Gives up jobs that Slurm does not know any more, and tells how they ended as far as that can be said.</summary>
    /// <param name="ids">The jobs.</param>
    /// <param name="isWholeStory">Whether the accounting was asked too.</param>
    public IReadOnlyList<SlurmJobChange> Forget(IEnumerable<SlurmJobId> ids, bool isWholeStory)
    {
        var changes = new List<SlurmJobChange>();
        foreach (var id in ids)
        {
            if (!_known.Remove(KeysOf(id).First(), out var last)) continue;
            // Of a task that waited Slurm keeps nothing when it is cancelled, and of all others its accounting does.
            var isCancelled = isWholeStory && id.IsTask && last.State == SlurmJobState.Pending;
            changes.Add(Change(last.State, last with
            {
                Id = id,
                State = isCancelled ? SlurmJobState.Cancelled : SlurmJobState.Unknown,
                StateText = "",
                Reason = "Slurm has forgotten it",
            }));
        }

        return changes;
    }

    /// <summary>Drops what is over and not among these any more, so that a long watch does not grow.</summary>
    /// <param name="jobs">What is there now.</param>
    public void Prune(IEnumerable<SlurmJob> jobs)
    {
        var there = jobs.SelectMany(static job => KeysOf(job.Id)).ToHashSet();
        foreach (var key in _known.Where(pair => pair.Value.IsFinished && !there.Contains(pair.Key)).Select(static pair => pair.Key).ToList())
            _known.Remove(key);
    }

    private static IEnumerable<Key> KeysOf(SlurmJobId id) =>
        id.IsTask || id.IsTaskSet ? id.Tasks.Select(task => new Key(id.Base, task, null)) : [new(id.Base, null, id.Component)];

    private SlurmJobChange Change(SlurmJobState? from, SlurmJob job) => new(time.GetLocalNow().DateTime, from, job);

    private readonly record struct Key(string Base, long? Task, long? Component)
    {
        public SlurmJobId ToId() => SlurmJobId.Parse(Task is { } task ? $"{Base}_{task}" : Component is { } part ? $"{Base}+{part}" : Base);
    }
}

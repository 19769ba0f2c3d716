using GpuOps.Channels.Files;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The logs that are wanted: which files there are, and which jobs still write to them.</summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="targets">The jobs.</param>
/// <param name="options">What to read.</param>
/// <param name="time">The clock.</param>
/// <param name="failed">Told of each job that has no log to read.</param>
internal sealed class SlurmLogSet(
    SlurmScheduler scheduler, IReadOnlyList<SlurmLogTarget> targets, SlurmLogOptions options, TimeProvider time, Action<SlurmJobId, GpuOpsException> failed)
{
    private readonly List<SlurmLogTarget> _open = [.. targets];
    private readonly Dictionary<string, SlurmLog> _byPath = [];
    private readonly Dictionary<SlurmJobId, SlurmJob> _jobs = [];
    private bool _wasAsked;

    /// <summary>The files that are not read to the end yet.</summary>
    public List<SlurmLog> Logs { get; } = [];

    /// <summary>The jobs that the cluster has to be asked for.</summary>
    public IReadOnlyList<SlurmJobId> Ids => [.. _open.Select(static target => target.Id)];

    /// <summary>The jobs that are not over, as last seen.</summary>
    public IReadOnlyList<SlurmJob> Unfinished => [.. _jobs.Values.Where(static job => !job.IsFinished)];

    /// <summary>Takes how the jobs stand. When this fails nothing has changed.</summary>
    /// <param name="answer">The cluster's answer for <see cref="Ids"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TakeAsync(SlurmJobs answer, CancellationToken cancellationToken)
    {
        var there = new SlurmJobLookup(answer.Jobs);
        var own = _open.ToDictionary(static target => target, target => there.Of(target.Id).ToList());
        var files = own.SelectMany(pair => pair.Value.Where(HasBegun).SelectMany(job => FilesOf(job, pair.Key).Select(file => (file.Path, file.Stream, Job: job)))).ToList();
        var starts = await StartsAsync([.. files.Select(static file => file.Path).Where(path => !_byPath.ContainsKey(path)).Distinct()], cancellationToken);
        foreach (var (path, stream, job) in files)
        {
            if (!_byPath.TryGetValue(path, out var log))
                _byPath[path] = log = new SlurmLog(path, stream, job, starts[path]);
            // Tasks of an array may write to one file, one after the other.
            if (log.Take(job, time.GetTimestamp()) && !Logs.Contains(log))
                Logs.Add(log);
        }

        // Who remembers what is over may only be away for a while.
        var isWhole = answer.Missing?.Id != "SlurmAccountingAway";
        Forget(answer.Jobs, isWhole);
        foreach (var (target, jobs) in own.Where(pair => pair.Value.TrueForAll(static job => job.IsFinished)))
            Close(target, jobs, isWhole);
        _wasAsked = true;
    }

    private static bool HasBegun(SlurmJob job) => job.State != SlurmJobState.Pending || job.RestartCount > 0;

    private IReadOnlyList<(string Path, GpuJobLogKind Stream)> FilesOf(SlurmJob job, SlurmLogTarget target)
    {
        try
        {
            return SlurmLogFiles.Of(job, target, options.Stream);
        }
        catch (GpuOpsException fault)
        {
            failed(job.Id, fault);
            return [];
        }
    }

    private void Forget(IReadOnlyList<SlurmJob> jobs, bool isWhole)
    {
        foreach (var job in jobs)
            _jobs[job.Id.Job] = job;
        if (!isWhole)
            return;
        var known = jobs.Select(static job => job.Id.Job).ToHashSet();
        foreach (var id in _jobs.Keys.Where(id => !known.Contains(id)).ToList())
            _jobs.Remove(id);
        foreach (var log in Logs)
            log.Forget(known, time.GetTimestamp());
    }

    private void Close(SlurmLogTarget target, List<SlurmJob> jobs, bool isWhole)
    {
        if (jobs.Count == 0 && !isWhole && _wasAsked)
            return;
        _open.Remove(target);
        if (jobs.Count == 0 && !_wasAsked)
            failed(target.Id, scheduler.NotFound(target.Id));
    }

    /// <summary>Where to begin in each file: at the last lines of those that are there at first, at the beginning of others.</summary>
    private async Task<Dictionary<string, long>> StartsAsync(string[] paths, CancellationToken cancellationToken)
    {
        var starts = await Task.WhenAll(paths.Select(path => options.Tail is { } count && !_wasAsked ? StartAsync(path, count, cancellationToken) : Task.FromResult(0L)));
        return paths.Zip(starts).ToDictionary(static pair => pair.First, static pair => pair.Second);
    }

    private async Task<long> StartAsync(string path, int count, CancellationToken cancellationToken)
    {
        try
        {
            return await scheduler.Channel.StatAsync(path, cancellationToken) is { } file
                ? await LastLines.StartAsync(scheduler.Channel, path, file.Length, count, long.MaxValue, cancellationToken)
                : 0;
        }
        catch (GpuOpsException fault) when (fault.Id is "FileNotFound" or "FileNotReadable")
        {
            // The reading of it will say so.
            return 0;
        }
    }
}

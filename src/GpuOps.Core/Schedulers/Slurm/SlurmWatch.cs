using GpuOps.Errors;
using GpuOps.Timing;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Watches a cluster with one look per interval, until it is stopped.</summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="interval">How often it is looked at.</param>
/// <param name="contact">Told once when the cluster does not answer, and with null once when it does again.</param>
/// <param name="time">The clock.</param>
public sealed class SlurmWatch(SlurmScheduler scheduler, TimeSpan interval, Action<GpuOpsException?> contact, TimeProvider time)
{
    private readonly SlurmJobLedger _ledger = new(time);
    private bool _isAway;

    /// <summary>
    /// Watches jobs. Certain ones are told as they are first, and the watch ends when all of them are over; of others those
    /// that are there already are told when they change.
    /// </summary>
    /// <param name="query">Which jobs.</param>
    /// <param name="isWanted">Chooses among them; once chosen a job is watched to its end.</param>
    /// <param name="changed">Told each change of state, once.</param>
    /// <param name="unknown">Told each id that the cluster does not know.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RunJobsAsync(
        SlurmJobQuery query, Func<SlurmJob, bool> isWanted, Action<SlurmJobChange> changed, Action<SlurmJobId> unknown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Ids is { } ids)
        {
            var (open, seen) = (ids.Distinct().ToList(), new HashSet<SlurmJobId>());
            await AskAsync(token => LookAsync(open, token), answer => TakeNamed(answer, open, seen, changed, unknown), cancellationToken);
            return;
        }

        var isFirst = true;
        await AskAsync(token => LookAsync(query, isWanted, token), look =>
        {
            var changes = Take(look.Jobs, look.Ended);
            _ledger.Prune(look.Jobs);
            if (!isFirst) Tell(changes, changed);
            isFirst = false;
            return false;
        }, cancellationToken);
    }

    /// <summary>Watches what is free: each partition first, and again each time that something else of it is free.</summary>
    /// <param name="filter">Which partitions and types of GPUs count.</param>
    /// <param name="looked">Told all partitions after each look, before what changed.</param>
    /// <param name="changed">Told each change, once.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task RunResourcesAsync(
        SlurmResourceFilter filter, Action<IReadOnlyList<SlurmResource>> looked, Action<SlurmResourceChange> changed, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, SlurmResource>();
        return AskAsync(token => scheduler.ReadResourcesAsync(filter, token), answer =>
        {
            looked(answer.Partitions);
            foreach (var part in answer.Partitions)
            {
                var before = known.GetValueOrDefault(part.Partition!);
                known[part.Partition!] = part;
                if (before is null || !IsSame(before, part)) changed(new(time.GetLocalNow().DateTime, before, part));
            }

            return false;
        }, cancellationToken);
    }

    /// <summary>Reports how the cluster stands, each time that a schedule says.</summary>
    /// <param name="schedule">When. A report for which there was no answer comes when there is one.</param>
    /// <param name="sections">What it tells.</param>
    /// <param name="report">Told each report.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RunReportsAsync(Schedule schedule, IReadOnlyCollection<SlurmReportSection> sections, Action<SlurmClusterReport> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        for (var due = schedule.Next(null, time); due is { } moment; due = schedule.Next(moment, time))
        {
            await UntilAsync(moment, cancellationToken);
            await AskAsync(token => ReadReportAsync(sections, token), answer =>
            {
                report(answer);
                return true;
            }, cancellationToken);
        }
    }

    private static bool IsSame(SlurmResource a, SlurmResource b) =>
        a.State == b.State && a.NodesIdle == b.NodesIdle && UsableOf(a) == UsableOf(b)
        && a.Gpus.Select(static gpu => (gpu.Type, gpu.Free, gpu.Unusable)).SequenceEqual(b.Gpus.Select(static gpu => (gpu.Type, gpu.Free, gpu.Unusable)));

    private static int UsableOf(SlurmResource part) => part.NodesIdle + part.NodesMixed + part.NodesAllocated;

    private static void Tell(IEnumerable<SlurmJobChange> changes, Action<SlurmJobChange> changed)
    {
        foreach (var change in changes) changed(change);
    }

    /// <summary>What is there, and what has become of those that are not there any more.</summary>
    private async Task<(IReadOnlyList<SlurmJob> Jobs, SlurmJobs Ended)> LookAsync(SlurmJobQuery query, Func<SlurmJob, bool> isWanted, CancellationToken cancellationToken)
    {
        var answer = await scheduler.ReadJobsAsync(query with { Remembered = true }, cancellationToken);
        List<SlurmJob> jobs = [.. answer.Jobs.Where(job => isWanted(job) || _ledger.Knows(job.Id))];
        var absent = _ledger.AbsentFrom(jobs).ToHashSet();
        var ended = await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [.. absent.Select(static id => SlurmJobId.Parse(id.Base)).Distinct()] }, cancellationToken);
        return (jobs, ended with { Jobs = [.. ended.Jobs.Where(job => SlurmJobLedger.IsMadeOf(job.Id, absent))] });
    }

    /// <summary>Of an array whose tasks were named one by one only those are taken.</summary>
    private async Task<SlurmJobs> LookAsync(List<SlurmJobId> open, CancellationToken cancellationToken)
    {
        var answer = await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [.. open], Expand = open.Any(static id => id.IsTask || id.IsTaskSet) }, cancellationToken);
        var named = open.ToLookup(static id => id.Base);
        return answer with { Jobs = [.. answer.Jobs.Where(job => named[job.Id.Base].Any(id => id.Covers(job.Id)))] };
    }

    private List<SlurmJobChange> Take(IReadOnlyList<SlurmJob> jobs, SlurmJobs ended)
    {
        List<SlurmJobChange> changes = [.. _ledger.Take(jobs), .. _ledger.Take(ended.Jobs)];
        // While the accounting is away nobody can say how they ended; it will be back.
        if (!IsAccountingAway(ended))
            changes.AddRange(_ledger.Forget(_ledger.AbsentFrom(jobs.Concat(ended.Jobs)), ended.Missing is null));
        return changes;
    }

    private bool TakeNamed(SlurmJobs answer, List<SlurmJobId> open, HashSet<SlurmJobId> seen, Action<SlurmJobChange> changed, Action<SlurmJobId> unknown)
    {
        Tell(Take([], answer), changed);
        var there = new SlurmJobLookup(answer.Jobs);
        open.RemoveAll(id =>
        {
            SlurmJob[] own = [.. there.Of(id)];
            if (own.Length > 0) seen.Add(id);
            else if (!IsAccountingAway(answer) && !seen.Contains(id)) unknown(id);
            return own.All(static job => job.IsFinished) && (!IsAccountingAway(answer) || (own.Length > 0 && _ledger.IsOver(id)));
        });
        return open.Count == 0;
    }

    private static bool IsAccountingAway(SlurmJobs answer) => answer.Missing?.Id == "SlurmAccountingAway";

    private async Task<SlurmClusterReport> ReadReportAsync(IReadOnlyCollection<SlurmReportSection> sections, CancellationToken cancellationToken)
    {
        var jobs = sections.Contains(SlurmReportSection.Jobs) || sections.Contains(SlurmReportSection.Users)
            ? (await scheduler.ReadJobsAsync(new SlurmJobQuery { AllUsers = true }, cancellationToken)).Jobs
            : [];
        return new()
        {
            Time = time.GetLocalNow().DateTime,
            Backend = scheduler.Backend,
            Jobs = sections.Contains(SlurmReportSection.Jobs) ? SlurmClusterReports.ByState(jobs) : null,
            Resources = sections.Contains(SlurmReportSection.Resources) ? (await scheduler.ReadResourcesAsync(null, cancellationToken)).Partitions : null,
            Users = sections.Contains(SlurmReportSection.Users) ? SlurmClusterReports.ByUser(jobs) : null,
        };
    }

    private Task AskAsync<T>(Func<CancellationToken, Task<T>> ask, Func<T, bool> isEnough, CancellationToken cancellationToken) =>
        new SlurmPoll(interval).RunAsync(ask, answer =>
        {
            Contact(null);
            return isEnough(answer);
        }, Contact, null, time, cancellationToken);

    private void Contact(GpuOpsException? fault)
    {
        if (_isAway == (fault is not null)) return;
        _isAway = fault is not null;
        contact(fault);
    }

    // In steps, since the clock may be set and the host may sleep.
    private async Task UntilAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromMinutes(1);
        for (var rest = moment - time.GetUtcNow(); rest > TimeSpan.Zero; rest = moment - time.GetUtcNow())
            await Task.Delay(rest < step ? rest : step, time, cancellationToken);
    }
}

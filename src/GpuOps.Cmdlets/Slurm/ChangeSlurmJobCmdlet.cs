using System.Management.Automation;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A cmdlet that changes jobs: it looks at them first, since Slurm's commands keep silent about jobs they do not find.</summary>
public abstract class ChangeSlurmJobCmdlet : SlurmJobsCmdlet
{
    /// <summary>Returns the jobs as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, for -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Whether jobs that are over can be changed too.</summary>
    private protected virtual bool ReachesFinished => false;

    /// <inheritdoc/>
    private protected sealed override void Act(IReadOnlyList<(SlurmScheduler Scheduler, SlurmJobId[] Ids)> given)
    {
        foreach (var (scheduler, ids) in given)
        {
            var jobs = new SlurmJobLookup(Read(scheduler, new SlurmJobQuery { Ids = ids }).Jobs);
            SlurmJobId[] chosen = [.. ids.Where(id => IsChosen(scheduler, id, [.. jobs.Of(id)]))];
            SlurmJobId[] changed = chosen.Length > 0 ? [.. Change(scheduler, chosen)] : [];
            if (PassThru && changed.Length > 0)
            {
                WriteObject(Read(scheduler, new SlurmJobQuery { Ids = changed }).Jobs, enumerateCollection: true);
            }
        }
    }

    /// <summary>Changes jobs that are there.</summary>
    /// <param name="scheduler">The cluster.</param>
    /// <param name="ids">The jobs.</param>
    /// <returns>Those that were changed.</returns>
    private protected abstract IEnumerable<SlurmJobId> Change(SlurmScheduler scheduler, IReadOnlyList<SlurmJobId> ids);

    /// <summary>Changes jobs; what Slurm refuses is an error of its own, and the others go on.</summary>
    /// <param name="change">Changes them.</param>
    /// <param name="target">Which, for the error.</param>
    /// <returns>Whether they were changed.</returns>
    private protected bool Try(Func<CancellationToken, Task> change, object target)
    {
        try
        {
            return Run(async token =>
            {
                await change(token);
                return true;
            });
        }
        catch (GpuOpsException fault) when (fault.Kind is GpuOpsErrorKind.NotFound or GpuOpsErrorKind.NotAllowed or GpuOpsErrorKind.InvalidArgument)
        {
            WriteFault(fault, target);
            return false;
        }
    }

    /// <summary>Changes jobs one by one.</summary>
    /// <returns>Those that were changed.</returns>
    private protected IEnumerable<SlurmJobId> TryEach(IReadOnlyList<SlurmJobId> ids, Func<SlurmJobId, CancellationToken, Task> change) =>
        ids.Where(id => Try(token => change(id, token), id));

    private bool IsChosen(SlurmScheduler scheduler, SlurmJobId id, SlurmJob[] jobs)
    {
        if (jobs.Length == 0)
        {
            WriteFault(NotFound(id, scheduler), id);
            return false;
        }

        if (!ReachesFinished && jobs.All(static job => job.IsFinished))
        {
            WriteFault(new GpuOpsException("SlurmJobFinished", GpuOpsErrorKind.NotFound,
                $"The job {jobs[0]} is over already: {jobs[0].State}{(jobs[0].EndTime is { } end ? $" since {end:g}" : "")}.", id), id);
            return false;
        }

        var of = jobs[0].User.Length > 0 ? $" of {jobs[0].User}" : "";
        return ShouldProcess($"{id}{(jobs[0].Name.Length > 0 ? $" ({jobs[0].Name})" : "")}{of} on {scheduler.Backend}", Action);
    }
}

using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A cmdlet that changes jobs, which it looks at first to say what they are.</summary>
public abstract class ChangeJobCmdlet : JobsCmdlet
{
    /// <summary>Whether jobs that are over are meant, or jobs that are not.</summary>
    private protected virtual bool IsForFinished => false;

    /// <inheritdoc/>
    private protected sealed override void Act(IReadOnlyList<(IJobScheduler Scheduler, string[] Ids)> given)
    {
        foreach (var (scheduler, ids) in given)
        {
            var jobs = Run(token => scheduler.ReadJobsAsync(new GpuJobQuery { Ids = ids }, token)).ToLookup(static job => job.Id);
            foreach (var id in ids)
            {
                ActOn(scheduler, id, jobs[id].FirstOrDefault());
            }
        }
    }

    /// <summary>What is done, for -WhatIf and -Confirm.</summary>
    private protected abstract string Action { get; }

    /// <summary>Does it to one job.</summary>
    /// <param name="scheduler">Its scheduler.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job as it is then, to be written; null for nothing.</returns>
    private protected abstract Task<GpuJob?> ChangeAsync(IJobScheduler scheduler, GpuJob job, CancellationToken cancellationToken);

    private void ActOn(IJobScheduler scheduler, string id, GpuJob? job)
    {
        try
        {
            if (job is null)
            {
                throw NotFound(scheduler, id);
            }

            if (job.IsFinished != IsForFinished)
            {
                throw job.IsFinished
                    ? new GpuOpsException("JobFinished", GpuOpsErrorKind.NotFound, $"The job {job} is over already: {job.State}{(job.EndTime is { } end ? $" since {end:g}" : "")}.", job)
                    : new GpuOpsException("JobNotFinished", GpuOpsErrorKind.Busy, $"The job {job} is not over: {job.State}. Stop-GpuJob ends it.", job);
            }

            var of = job.User.Length > 0 ? $" of {job.User}" : "";
            if (ShouldProcess($"{job}{of} on {scheduler.Backend}", Action) && Run(token => ChangeAsync(scheduler, job, token)) is { } changed)
            {
                WriteObject(changed);
            }
        }
        catch (GpuOpsException fault) when (fault.Kind is GpuOpsErrorKind.NotFound or GpuOpsErrorKind.NotAllowed or GpuOpsErrorKind.InvalidArgument or GpuOpsErrorKind.Busy)
        {
            WriteFault(fault, job ?? (object)id);
        }
    }
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Shows jobs of a Slurm cluster: what the controller and the accounting know, in one object.</summary>
[Cmdlet(VerbsCommon.Get, "SlurmJob", DefaultParameterSetName = Some)]
[OutputType(typeof(SlurmJob))]
public sealed class GetSlurmJobCommand : SelectSlurmJobCmdlet
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Only jobs in one of these states. One in which a job is over includes the jobs of the last day, or since -Since.</summary>
    [Parameter]
    public SlurmJobState[]? State { get; set; }

    /// <summary>Also jobs that are over, if they were there at some time since then.</summary>
    [Parameter(ParameterSetName = Some)]
    [Past]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public DateTime? Since { get; set; }

    /// <summary>Shows each waiting task of an array by itself.</summary>
    [Parameter]
    public SwitchParameter Expand { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenSlurm();
        var query = Query() with { Since = SinceWhen(), Expand = Expand, AccountedWillDo = true };
        var answer = Read(scheduler, query);
        var known = query.Ids is null ? null : new SlurmJobLookup(answer.Jobs);
        foreach (var id in (query.Ids ?? []).Where(id => !known!.Of(id).Any()))
        {
            WriteFault(answer.IsOnlyAccounted ? answer.Missing! : NotFound(id, scheduler), id);
        }

        var choice = Choice();
        SlurmJob[] chosen = [.. answer.Jobs.Where(job => (State is null || State.Contains(job.State)) && choice(job))];
        WriteObject(chosen, enumerateCollection: true);
        if (chosen.Length == 0 && Partition is not null && !answer.IsOnlyAccounted)
        {
            TellMissing(scheduler, Partition);
        }
    }

    /// <summary>That there are no jobs is usual, and that there is no such partition an error.</summary>
    private void TellMissing(SlurmScheduler scheduler, string[] partitions)
    {
        string[] known = [.. Run(token => scheduler.ReadResourcesAsync(null, token)).Partitions.Select(static part => part.Partition!)];
        foreach (var missing in Missing(scheduler, partitions, known, known))
        {
            WriteFault(missing);
        }
    }

    private TimeSpan? SinceWhen() =>
        Since is { } since ? DateTime.Now - since
        : ParameterSetName == Some && State?.Any(SlurmJobStates.IsFinal) == true ? Day
        : null;
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A cmdlet that is given jobs, one by one or on the pipeline, and acts on all of a scheduler's at once.</summary>
public abstract class JobsCmdlet : SchedulerCmdlet
{
    private Dictionary<IJobScheduler, List<string>>? _given;

    /// <summary>The jobs: ids, or jobs themselves.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [GpuJobId]
    [ArgumentCompleter(typeof(GpuJobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        var scheduler = OpenScheduler();
        _given ??= [];
        if (!_given.TryGetValue(scheduler, out var ids))
        {
            _given[scheduler] = ids = [];
        }

        ids.AddRange(Id);
    }

    /// <inheritdoc/>
    protected sealed override void End() => Act([.. (_given ?? []).Select(static pair => (pair.Key, pair.Value.Distinct().ToArray()))]);

    /// <summary>Does what the cmdlet is for.</summary>
    /// <param name="given">The schedulers, each with the jobs.</param>
    private protected abstract void Act(IReadOnlyList<(IJobScheduler Scheduler, string[] Ids)> given);
}

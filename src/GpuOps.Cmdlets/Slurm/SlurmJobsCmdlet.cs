using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A cmdlet that is given jobs, one by one or on the pipeline, and acts on all of a cluster's at once.</summary>
public abstract class SlurmJobsCmdlet : SlurmCmdlet
{
    private Dictionary<SlurmScheduler, List<SlurmJobId>>? _given;

    /// <summary>The jobs: <c>123</c>, <c>123_4</c>, <c>123_[5-9]</c>, <c>123+0</c>.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [GpuJobId]
    [ArgumentCompleter(typeof(SlurmJobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        var scheduler = OpenSlurm();
        _given ??= [];
        if (!_given.TryGetValue(scheduler, out var ids))
        {
            _given[scheduler] = ids = [];
        }

        foreach (var text in Id)
        {
            try
            {
                var id = SlurmJobId.Parse(text);
                ids.Add(id);
                Given(scheduler, id);
            }
            catch (GpuOpsException fault)
            {
                WriteFault(fault, text);
            }
        }
    }

    /// <inheritdoc/>
    protected sealed override void End() => Act([.. (_given ?? []).Select(static pair => (pair.Key, pair.Value.Distinct().ToArray()))]);

    /// <summary>Told of each job as it comes, with the parameters that came with it.</summary>
    private protected virtual void Given(SlurmScheduler scheduler, SlurmJobId id)
    {
    }

    /// <summary>Does what the cmdlet is for.</summary>
    /// <param name="given">The clusters, each with the jobs.</param>
    private protected abstract void Act(IReadOnlyList<(SlurmScheduler Scheduler, SlurmJobId[] Ids)> given);
}

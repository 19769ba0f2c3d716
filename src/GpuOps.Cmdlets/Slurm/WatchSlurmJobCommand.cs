using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Tells each change of state of jobs of a Slurm cluster, once, as an object.</summary>
[Cmdlet(VerbsCommon.Watch, "SlurmJob", DefaultParameterSetName = Some)]
[OutputType(typeof(SlurmJobChange))]
public sealed class WatchSlurmJobCommand : SelectSlurmJobCmdlet
{
    private List<(SlurmScheduler Scheduler, SlurmJobQuery Query)>? _asked;

    /// <summary>How often the cluster is asked, once for all jobs.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override void Begin() => WarnIfHasty(Interval);

    /// <inheritdoc/>
    protected override void Process() => (_asked ??= []).Add((OpenSlurm(), Query()));

    /// <inheritdoc/>
    protected override void End()
    {
        var choice = Choice();
        Run(async (post, token) =>
        {
            await Task.WhenAll((_asked ?? []).GroupBy(static one => one.Scheduler).Select(group => RunAsync(group.Key, Together([.. group.Select(static one => one.Query)]), choice, post, token)));
            return true;
        });
    }

    private static SlurmJobQuery Together(SlurmJobQuery[] queries) =>
        queries[0].Ids is null ? queries[0] : queries[0] with { Ids = [.. queries.SelectMany(static query => query.Ids!)] };

    private Task RunAsync(SlurmScheduler scheduler, SlurmJobQuery query, Func<SlurmJob, bool> choice, Action<Action<Cmdlet>> post, CancellationToken cancellationToken) =>
        new SlurmWatch(scheduler, Interval, Contact(scheduler, post), TimeProvider.System).RunJobsAsync(
            query,
            choice,
            change => post(cmdlet => cmdlet.WriteObject(change)),
            id => post(cmdlet => ((WatchSlurmJobCommand)cmdlet).WriteFault(NotFound(id, scheduler), id)),
            cancellationToken);
}

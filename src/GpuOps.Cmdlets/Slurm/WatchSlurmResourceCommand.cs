using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Tells what is free on a Slurm cluster, and again each time that it changes.</summary>
[Cmdlet(VerbsCommon.Watch, "SlurmResource")]
[OutputType(typeof(SlurmResourceChange))]
public sealed class WatchSlurmResourceCommand : SlurmResourceCmdlet
{
    /// <summary>How often the cluster is asked.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override void Begin() => WarnIfHasty(Interval);

    /// <inheritdoc/>
    protected override void Process() => Gather();

    /// <inheritdoc/>
    protected override void End() => Run(async (post, token) =>
    {
        await Task.WhenAll(Gathered().Select(one => WatchAsync(one.Scheduler, one.Partitions, post, token)));
        return true;
    });

    private Task WatchAsync(SlurmScheduler scheduler, string[]? partitions, Action<Action<Cmdlet>> post, CancellationToken cancellationToken)
    {
        return new SlurmWatch(scheduler, Interval, Contact(scheduler, post), TimeProvider.System)
            .RunResourcesAsync(Filter(partitions), Check, change => post(cmdlet => cmdlet.WriteObject(change)), cancellationToken);

        void Check(IReadOnlyList<SlurmResource> there)
        {
            if (Missing(there, scheduler, partitions).FirstOrDefault() is { } missing)
            {
                throw missing;
            }
        }
    }
}

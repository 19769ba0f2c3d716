using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Waits until jobs of a Slurm cluster are over, however they end.</summary>
[Cmdlet(VerbsLifecycle.Wait, "SlurmJob")]
[OutputType(typeof(SlurmJob))]
public sealed class WaitSlurmJobCommand : SlurmJobsCmdlet
{
    /// <summary>States that end the wait for a job too; one that is over ends it in any case.</summary>
    [Parameter]
    public SlurmJobState[] State { get; set; } = [];

    /// <summary>How long to wait; without it for ever.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How often the cluster is asked, once for all jobs.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override void Begin() => WarnIfHasty(Interval);

    /// <inheritdoc/>
    private protected override void Act(IReadOnlyList<(SlurmScheduler Scheduler, SlurmJobId[] Ids)> given) => Run(async (post, token) =>
    {
        var options = new SlurmWaitOptions { States = State, Interval = Interval, Timeout = Timeout };
        await Task.WhenAll(given.Select((one, index) => new SlurmWaitReport(one.Scheduler, options, index, new CmdletSink(post)).RunAsync(one.Ids, token)));
        return true;
    });
}

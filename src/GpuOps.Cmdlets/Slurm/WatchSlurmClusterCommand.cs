using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Reports how a Slurm cluster stands, every so often or by the clock.</summary>
[Cmdlet(VerbsCommon.Watch, "SlurmCluster")]
[OutputType(typeof(SlurmClusterReport))]
public sealed class WatchSlurmClusterCommand : SlurmCmdlet
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When: how often (<c>1h</c>), beginning now; or as cron has it (<c>0 9 * * 1-5</c>: 9 o'clock from Monday to Friday),
    /// in the time zone of this computer, with seconds before it if there are six fields.
    /// </summary>
    /// <value>1h</value>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(DurationCompleter))]
    [ValidateNotNullOrEmpty]
    public string Schedule { get; set; } = "1h";

    /// <summary>What is told: how many jobs are in which state, what is free in each partition, who has how much.</summary>
    /// <value>all of it</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public SlurmReportSection[] Include { get; set; } = Enum.GetValues<SlurmReportSection>();

    /// <inheritdoc/>
    protected override void Process()
    {
        var schedule = Timing.Schedule.Parse(Schedule);
        if (schedule.Period is { } period)
        {
            WarnIfHasty(period);
        }

        var scheduler = OpenSlurm();
        Run(async (post, token) =>
        {
            await new SlurmWatch(scheduler, Again, Contact(scheduler, post), TimeProvider.System)
                .RunReportsAsync(schedule, Include, report => post(cmdlet => cmdlet.WriteObject(report)), token);
            return true;
        });
    }
}

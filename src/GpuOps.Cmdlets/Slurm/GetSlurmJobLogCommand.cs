using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Shows what jobs of a Slurm cluster wrote, and follows it while they run.</summary>
[Cmdlet(VerbsCommon.Get, "SlurmJobLog", DefaultParameterSetName = "Lines")]
[OutputType(typeof(string))]
public sealed class GetSlurmJobLogCommand : SlurmJobsCmdlet
{
    private Dictionary<(SlurmScheduler Scheduler, SlurmJobId Id), SlurmLogTarget>? _targets;

    /// <summary>Which of the files: the output, the errors, or both. Where both go to one file it is shown once.</summary>
    [Parameter]
    public GpuJobLogKind Stream { get; set; }

    /// <summary>Only that many lines at the end of each file; with -Follow what comes then is added.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Waits for the jobs to begin, and shows what they write until they are over.</summary>
    [Parameter(ParameterSetName = "Lines")]
    public SwitchParameter Follow { get; set; }

    /// <summary>How long to follow; without it until the jobs are over.</summary>
    [Parameter(ParameterSetName = "Lines")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gives each file as one text, with its line breaks as they are, instead of line by line.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Raw")]
    public SwitchParameter Raw { get; set; }

    /// <summary>The file of the output, for a job that Slurm has forgotten; what Slurm says is believed first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string OutputPath { get; set; } = "";

    /// <summary>The file of the errors, for a job that Slurm has forgotten.</summary>
    /// <value>that of the output</value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string ErrorPath { get; set; } = "";

    /// <inheritdoc/>
    private protected override void Given(SlurmScheduler scheduler, SlurmJobId id) =>
        (_targets ??= [])[(scheduler, id)] = new SlurmLogTarget(id, PathOf(scheduler, OutputPath), PathOf(scheduler, ErrorPath));

    /// <inheritdoc/>
    private protected override void Act(IReadOnlyList<(SlurmScheduler Scheduler, SlurmJobId[] Ids)> given) => Run(async (post, token) =>
    {
        var options = new SlurmLogOptions { Stream = Stream, Tail = Tail, Follow = Follow, Timeout = Timeout };
        var isSeveral = given.Sum(static one => one.Ids.Length) > 1;
        await Task.WhenAll(given.Select((one, index) => new SlurmLogReport(one.Scheduler, options, Raw, isSeveral, index, post)
            .RunAsync([.. one.Ids.Select(id => _targets![(one.Scheduler, id)])], token)));
        return true;
    });

    private string PathOf(SlurmScheduler scheduler, string path) =>
        path.Length > 0 && scheduler.IsLocal ? GetUnresolvedProviderPathFromPSPath(path) : path;
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Shows jobs of a Slurm cluster: what the controller and the accounting know, in one object.</summary>
[Cmdlet(VerbsCommon.Get, "SlurmJob", DefaultParameterSetName = "Some")]
[OutputType(typeof(SlurmJob))]
public sealed class GetSlurmJobCommand : SlurmCmdlet
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Certain jobs, whoever's they are, over or not: <c>123</c>, <c>123_4</c>, <c>123_[5-9]</c>, <c>123+0</c>.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Id")]
    [SlurmJobId]
    [ArgumentCompleter(typeof(SlurmJobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Jobs of these users instead of your own.</summary>
    [Parameter(ParameterSetName = "Some")]
    [ValidatePattern(@"\A[^,\s\p{Cc}]+\z")]
    public string[]? User { get; set; }

    /// <summary>Jobs of all users.</summary>
    [Parameter(ParameterSetName = "Some")]
    public SwitchParameter AllUser { get; set; }

    /// <summary>Only jobs with one of these names; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Some")]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>Only jobs in one of these states. One in which a job is over includes the jobs of the last day, or since -Since.</summary>
    [Parameter]
    public SlurmJobState[]? State { get; set; }

    /// <summary>Only jobs in one of these partitions; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Some")]
    [SupportsWildcards]
    public string[]? Partition { get; set; }

    /// <summary>Also jobs that are over, if they were there at some time since then.</summary>
    [Parameter(ParameterSetName = "Some")]
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
        SlurmJobId[]? ids = ParameterSetName == "Id" ? [.. Id.Select(SlurmJobId.Parse)] : null;
        var jobs = Read(scheduler, new SlurmJobQuery { Ids = ids, Users = User, AllUsers = AllUser, Since = SinceWhen(), Expand = Expand });
        var known = ids is null ? null : new SlurmJobLookup(jobs);
        foreach (var id in (ids ?? []).Where(id => !known!.Of(id).Any()))
        {
            WriteFault(NotFound(id, scheduler), id);
        }

        var names = Patterns(Name);
        var partitions = Patterns(Partition);
        WriteObject(
            jobs.Where(job =>
                (State is null || State.Contains(job.State))
                && (names is null || names.Any(name => name.IsMatch(job.Name)))
                && (partitions is null || job.Partition.Split(',').Any(own => partitions.Any(partition => partition.IsMatch(own))))),
            enumerateCollection: true);
    }

    private TimeSpan? SinceWhen() =>
        Since is { } since ? DateTime.Now - since
        : ParameterSetName == "Some" && State?.Any(SlurmJobStates.IsFinal) == true ? Day
        : null;
}

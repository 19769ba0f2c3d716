using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Shows jobs of a scheduler, those that are over included.</summary>
[Cmdlet(VerbsCommon.Get, "GpuJob", DefaultParameterSetName = Some)]
[OutputType(typeof(GpuJob))]
public sealed class GetGpuJobCommand : SchedulerCmdlet
{
    private const string ById = "Id", Some = "Some";

    /// <summary>Certain jobs, whoever's they are.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ById)]
    [GpuJobId]
    [ArgumentCompleter(typeof(GpuJobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Only jobs in one of these states.</summary>
    [Parameter]
    public GpuJobState[]? State { get; set; }

    /// <summary>Jobs of these users instead of your own.</summary>
    [Parameter(ParameterSetName = Some)]
    [ValidatePattern(@"\A[^,\s\p{Cc}]+\z")]
    public string[]? User { get; set; }

    /// <summary>Jobs of all users.</summary>
    [Parameter(ParameterSetName = Some)]
    public SwitchParameter AllUser { get; set; }

    /// <summary>Only jobs with one of these names; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = Some)]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>Only jobs with one of these tags; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = Some)]
    [SupportsWildcards]
    public string[]? Tag { get; set; }

    /// <summary>Leaves out jobs that ended before.</summary>
    [Parameter(ParameterSetName = Some)]
    [Past]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public DateTime? Since { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenScheduler();
        var query = ParameterSetName == ById
            ? new GpuJobQuery { Ids = Id, States = State }
            : new GpuJobQuery { OnlyOwn = User is null && !AllUser, Users = AllUser ? null : User, States = State, Since = Since is { } since ? new DateTimeOffset(since) : null };
        var jobs = Run(token => scheduler.ReadJobsAsync(query with { States = query.Ids is null ? State : null }, token));
        foreach (var id in (query.Ids ?? []).Where(id => jobs.All(job => job.Id != id)))
        {
            WriteFault(NotFound(scheduler, id), id);
        }

        var (names, tags) = (Patterns(Name), Patterns(Tag));
        WriteObject(
            jobs.Where(job => (State is null || State.Contains(job.State))
                && (names is null || names.Any(name => name.IsMatch(job.Name)))
                && (tags is null || job.Tag.Any(own => tags.Any(tag => tag.IsMatch(own))))),
            enumerateCollection: true);
    }
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A cmdlet that is about certain jobs, or about those of users.</summary>
public abstract class SelectSlurmJobCmdlet : SlurmCmdlet
{
    internal const string ById = "Id", Some = "Some";

    /// <summary>Certain jobs, whoever's they are, over or not: <c>123</c>, <c>123_4</c>, <c>123_[5-9]</c>, <c>123+0</c>.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ById)]
    [GpuJobId]
    [ArgumentCompleter(typeof(SlurmJobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

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

    /// <summary>Only jobs in one of these partitions; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = Some)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SlurmPartitionCompleter))]
    public string[]? Partition { get; set; }

    /// <summary>What to ask the cluster for.</summary>
    private protected SlurmJobQuery Query() =>
        new() { Ids = ParameterSetName == ById ? [.. Id.Select(SlurmJobId.Parse)] : null, Users = User, AllUsers = AllUser };

    /// <summary>Whether a job has one of the names and partitions.</summary>
    private protected Func<SlurmJob, bool> Choice()
    {
        var (names, partitions) = (Patterns(Name), Patterns(Partition));
        return job => (names is null || names.Any(name => name.IsMatch(job.Name)))
            && (partitions is null || job.Partition.Split(',').Any(own => partitions.Any(partition => partition.IsMatch(own))));
    }
}

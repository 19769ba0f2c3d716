using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A cmdlet that looks at what a Slurm cluster has.</summary>
public abstract class SlurmResourceCmdlet : SlurmCmdlet
{
    private List<(SlurmScheduler Scheduler, string[]? Partitions)>? _asked;

    /// <summary>Only these partitions; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SlurmPartitionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Partition { get; set; }

    /// <summary>Only GPUs of these types, and nodes that have some; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? GpuType { get; set; }

    /// <summary>Keeps what the pipeline names until all of it is there.</summary>
    private protected void Gather() => (_asked ??= []).Add((OpenSlurm(), Names(Partition)));

    /// <summary>The clusters that were named, each with its partitions; null for all of them.</summary>
    private protected IEnumerable<(SlurmScheduler Scheduler, string[]? Partitions)> Gathered() =>
        (_asked ?? []).GroupBy(static one => one.Scheduler).Select(static group =>
            (group.Key, group.Any(static one => one.Partitions is null) ? null : group.SelectMany(static one => one.Partitions!).ToArray()));

    /// <summary>What is wanted of a cluster.</summary>
    /// <param name="partitions">The partitions; null for all.</param>
    private protected SlurmResourceFilter Filter(string[]? partitions) =>
        new() { Partition = Match(partitions), GpuType = Match(GpuType) };

    /// <summary>The partitions that were named and are not there, each as an error.</summary>
    private protected static IEnumerable<GpuOpsException> Missing(IEnumerable<SlurmResource> found, SlurmScheduler scheduler, string[]? partitions) =>
        Missing(scheduler, partitions ?? [], found.Select(static part => part.Partition));

    // A job that waits can name several in one text.
    private protected static string[]? Names(string[]? partitions) => partitions?.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();

    private static Func<string, bool>? Match(string[]? texts) =>
        Patterns(texts) is { } patterns ? text => patterns.Any(pattern => pattern.IsMatch(text)) : null;
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A cmdlet that looks at what a Slurm cluster has.</summary>
public abstract class SlurmResourceCmdlet : SlurmCmdlet
{
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

    /// <summary>What is wanted of a cluster.</summary>
    /// <param name="fallback">The partition when none was named.</param>
    private protected SlurmResourceFilter Filter(string? fallback = null) =>
        new() { Partition = Match(Names(fallback)), GpuType = Match(GpuType) };

    /// <summary>The partitions that were named and are not there, each as an error.</summary>
    private protected IEnumerable<GpuOpsException> Missing(IEnumerable<SlurmResource> found, SlurmScheduler scheduler, string? fallback = null) =>
        Missing(scheduler, Names(fallback) ?? [], found.Select(static part => part.Partition));

    // A job that waits can name several in one text.
    private string[]? Names(string? fallback) => (Partition ?? (fallback is null ? null : [fallback]))
        ?.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();

    private static Func<string, bool>? Match(string[]? texts) =>
        Patterns(texts) is { } patterns ? text => patterns.Any(pattern => pattern.IsMatch(text)) : null;
}

using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the partitions of the cluster.</summary>
public sealed class SlurmPartitionCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) => OpenSlurm(bound) is { } scheduler
        ? Wait(token => scheduler.ReadResourcesAsync(null, token)).Partitions.Select(static part => (part.Partition!, $"{part.GpusFree} of {part.GpusTotal} GPUs free, {part.State}"))
        : [];
}

using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the nodes of the cluster.</summary>
public sealed class SlurmNodeCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) => OpenSlurm(bound) is { } scheduler
        ? Wait(token => scheduler.ReadResourcesAsync(null, token)).Nodes.Select(static node => (node.Node, $"{node.GpusFree} of {node.GpusTotal} GPUs free, {node.StateText}"))
        : [];
}

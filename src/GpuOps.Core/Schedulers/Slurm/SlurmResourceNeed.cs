namespace GpuOps.Schedulers.Slurm;

/// <summary>What must be free in one partition, since a job runs in one.</summary>
public sealed record SlurmResourceNeed
{
    /// <summary>How many GPUs in all, on any nodes.</summary>
    public int Gpus { get; init; }

    /// <summary>How many GPUs on each of the nodes.</summary>
    public int GpusPerNode { get; init; }

    /// <summary>How many nodes: with <see cref="GpusPerNode"/> those that have so many free, without it idle ones.</summary>
    public int Nodes { get; init; }

    /// <summary>Whether a partition has it free.</summary>
    /// <param name="resource">The partition.</param>
    public bool IsFree(SlurmResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.GpusFree >= Gpus && resource.Nodes.Count(node => GpusPerNode > 0 ? node.GpusFree >= GpusPerNode : node.IsIdle) >= NodesAtLeast;
    }

    /// <summary>Whether a partition has it at all, were everything free.</summary>
    /// <param name="resource">The partition.</param>
    public bool IsPossible(SlurmResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.GpusTotal >= Gpus && resource.Nodes.Count(node => node.GpusTotal >= GpusPerNode) >= NodesAtLeast;
    }

    /// <summary>What is needed, in words: <c>4 free GPUs</c>, <c>2 nodes with 8 free GPUs each</c>.</summary>
    public override string ToString()
    {
        var nodes = GpusPerNode > 0 ? $"{Count(NodesAtLeast, "node")} with {Count(GpusPerNode, "free GPU")} each" : Count(NodesAtLeast, "idle node");
        return NodesAtLeast == 0 ? Count(Gpus, "free GPU") : Gpus == 0 ? nodes : $"{Count(Gpus, "free GPU")} and {nodes}";
    }

    private int NodesAtLeast => GpusPerNode > 0 ? Math.Max(1, Nodes) : Nodes;

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}

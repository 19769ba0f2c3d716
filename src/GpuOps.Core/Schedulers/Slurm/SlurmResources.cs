namespace GpuOps.Schedulers.Slurm;

/// <summary>Counts what a cluster has and what can be had of it.</summary>
public static class SlurmResources
{
    /// <summary>Each partition, by name.</summary>
    /// <param name="nodes">The nodes; one that is listed several times counts once.</param>
    public static IReadOnlyList<SlurmResource> ByPartition(IEnumerable<SlurmNode> nodes)
    {
        var all = Distinct(nodes);
        return
        [
            .. all.SelectMany(static node => node.Partitions).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(partition => Count(partition, [.. all.Where(node => node.Partitions.Contains(partition))])),
        ];
    }

    /// <summary>The whole cluster: a node in several partitions, or in none, counts once.</summary>
    /// <param name="nodes">The nodes.</param>
    public static SlurmResource Total(IEnumerable<SlurmNode> nodes) => Count(null, Distinct(nodes));

    /// <summary>A node's GPUs by type, and what can be had of them.</summary>
    /// <param name="node">The node.</param>
    public static IReadOnlyList<SlurmGpuCount> GpusOf(SlurmNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        // What is in use without a type is in use of whichever type has some left.
        var untyped = node.GpusInUse.ByType.Where(use => !node.Gpus.ByType.ContainsKey(use.Key)).Sum(static use => use.Value);
        var counts = new List<SlurmGpuCount>();
        foreach (var (type, total) in node.Gpus.ByType)
        {
            var typed = Math.Min(total, node.GpusInUse.ByType.GetValueOrDefault(type));
            var more = Math.Min(total - typed, untyped);
            untyped -= more;
            var left = total - typed - more;
            counts.Add(new(type, total, typed + more, node.TakesJobs ? left : 0, node.TakesJobs ? 0 : left));
        }

        return counts;
    }

    // sinfo -N lists a node once for each of its partitions.
    private static List<SlurmNode> Distinct(IEnumerable<SlurmNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return
        [
            .. nodes.GroupBy(static node => node.Name, StringComparer.Ordinal)
                .Select(static same => same.First() with { Partitions = [.. same.SelectMany(static node => node.Partitions).Distinct()] }),
        ];
    }

    private static SlurmResource Count(string? partition, List<SlurmNode> nodes)
    {
        var gpus = nodes.SelectMany(GpusOf).GroupBy(static gpu => gpu.Type, StringComparer.Ordinal)
            .OrderBy(static type => type.Key, StringComparer.Ordinal)
            .Select(static type => type.Aggregate(static (sum, more) => new(
                sum.Type, sum.Total + more.Total, sum.InUse + more.InUse, sum.Free + more.Free, sum.Unusable + more.Unusable)))
            .ToList();
        return new()
        {
            Partition = partition,
            Gpus = gpus,
            GpusTotal = gpus.Sum(static gpu => gpu.Total),
            GpusInUse = gpus.Sum(static gpu => gpu.InUse),
            GpusFree = gpus.Sum(static gpu => gpu.Free),
            GpusUnusable = gpus.Sum(static gpu => gpu.Unusable),
            NodesTotal = nodes.Count,
            NodesIdle = In(SlurmNodeCondition.Idle),
            NodesMixed = In(SlurmNodeCondition.Mixed),
            NodesAllocated = In(SlurmNodeCondition.Allocated),
            NodesDown = In(SlurmNodeCondition.Down),
            NodesDraining = In(SlurmNodeCondition.Draining),
            NodesReserved = In(SlurmNodeCondition.Reserved),
            NodesPoweredDown = In(SlurmNodeCondition.PoweredDown),
            NodesOther = In(SlurmNodeCondition.Other),
            Nodes = nodes,
            Backend = nodes.Count == 0 ? "" : nodes[0].Backend,
        };

        int In(SlurmNodeCondition condition) => nodes.Count(node => node.Condition == condition);
    }
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>What a cluster has and what can be had of it, at one moment.</summary>
public sealed class SlurmResources
{
    private SlurmResources(List<SlurmNodeResource> nodes, List<SlurmResource> partitions, SlurmResource total) => (Nodes, Partitions, Total) = (nodes, partitions, total);

    /// <summary>Each node once, those with the same partitions together, by name.</summary>
    public IReadOnlyList<SlurmNodeResource> Nodes { get; }

    /// <summary>Each partition, by name, also one without nodes.</summary>
    public IReadOnlyList<SlurmResource> Partitions { get; }

    /// <summary>All of them together: a node in several partitions counts once.</summary>
    public SlurmResource Total { get; }

    /// <summary>Counts.</summary>
    /// <param name="nodes">The nodes; one that is listed several times counts once.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="filter">What of it is wanted; with chosen partitions nothing else counts, in the total neither.</param>
    /// <param name="backend">The backend they were found on.</param>
    public static SlurmResources Of(IEnumerable<SlurmNode> nodes, IEnumerable<SlurmPartition> partitions, SlurmResourceFilter? filter = null, string backend = "")
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(partitions);
        List<SlurmPartition> chosen = [.. partitions.Where(part => filter?.Partition?.Invoke(part.Name) != false).OrderBy(static part => part.Name, StringComparer.Ordinal)];
        var names = chosen.Select(static part => part.Name).ToHashSet();
        var up = chosen.Where(static part => part.State == SlurmPartitionState.Up).Select(static part => part.Name).ToHashSet();
        List<SlurmNode> all =
        [
            .. Distinct(nodes).Where(node => filter?.Partition is null || node.Partitions.Any(names.Contains))
                .OrderBy(static node => string.Join(',', node.Partitions), StringComparer.Ordinal).ThenBy(static node => node.Name, StringComparer.Ordinal),
        ];

        var rows = Select(all, up.Overlaps);
        return new(rows, [.. chosen.Select(OfPartition)], Count(rows, backend));

        SlurmResource OfPartition(SlurmPartition part) =>
            Count(Select(all.Where(node => node.Partitions.Contains(part.Name)), _ => up.Contains(part.Name)), backend) with
            {
                Partition = part.Name,
                State = part.State,
                IsDefault = part.IsDefault,
            };

        List<SlurmNodeResource> Select(IEnumerable<SlurmNode> some, Func<IEnumerable<string>, bool> isUp) =>
        [
            .. some.Select(node => Make(node, isUp(node.Partitions), filter?.GpuType) with { Backend = backend })
                .Where(row => filter?.GpuType is null || row.Gpus.Count > 0),
        ];
    }

    // sinfo -N lists a node once for each of its partitions.
    private static IEnumerable<SlurmNode> Distinct(IEnumerable<SlurmNode> nodes) =>
        nodes.GroupBy(static node => node.Name, StringComparer.Ordinal)
            .Select(static same => same.First() with { Partitions = [.. same.SelectMany(static node => node.Partitions).Distinct().Order(StringComparer.Ordinal)] });

    private static SlurmNodeResource Make(SlurmNode node, bool isUp, Func<string, bool>? type) => new()
    {
        Node = node.Name,
        Partitions = node.Partitions,
        Condition = node.Condition,
        StateText = node.StateText,
        Reason = node.Reason,
        Cpus = node.Cpus,
        CpusAllocated = node.CpusAllocated,
        Memory = node.Memory,
        MemoryAllocated = node.MemoryAllocated,
        IsIdle = isUp && node.Condition == SlurmNodeCondition.Idle,
        Gpus = [.. GpusOf(node, isUp && node.HasRoom).Where(gpu => type?.Invoke(gpu.Type) != false)],
    };

    private static IEnumerable<SlurmGpuCount> GpusOf(SlurmNode node, bool isFree)
    {
        // What is in use without a type is in use of whichever type has some left.
        var untyped = node.GpusInUse.ByType.Where(use => !node.Gpus.ByType.ContainsKey(use.Key)).Sum(static use => use.Value);
        foreach (var (type, total) in node.Gpus.ByType)
        {
            var typed = Math.Min(total, node.GpusInUse.ByType.GetValueOrDefault(type));
            var more = Math.Min(total - typed, untyped);
            untyped -= more;
            var left = total - typed - more;
            yield return new(type, total, typed + more, isFree ? left : 0, isFree ? 0 : left);
        }
    }

    private static SlurmResource Count(List<SlurmNodeResource> nodes, string backend)
    {
        return new()
        {
            Gpus =
            [
                .. nodes.SelectMany(static node => node.Gpus).GroupBy(static gpu => gpu.Type, StringComparer.Ordinal)
                    .OrderBy(static type => type.Key, StringComparer.Ordinal)
                    .Select(static type => type.Aggregate(static (sum, more) => new(
                        sum.Type, sum.Total + more.Total, sum.InUse + more.InUse, sum.Free + more.Free, sum.Unusable + more.Unusable))),
            ],
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
            Backend = backend,
        };

        int In(SlurmNodeCondition condition) => nodes.Count(node => node.Condition == condition);
    }
}

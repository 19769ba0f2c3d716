using CsCheck;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmResourcesTests
{
    [Fact]
    public void A_node_in_several_partitions_counts_once_in_the_total()
    {
        SlurmNode[] nodes =
        [
            Node("a", "MIXED", "gpu:a100:8(S:0-1)", "gpu:a100:3(IDX:0-2)", "gpu", "all"),
            Node("b", "IDLE", "gpu:a100:4,gpu:v100:2", "gpu:a100:0(IDX:N/A)", "gpu", "all"),
            Node("c", "IDLE", "", "gpu:0", "cpu", "all"),
        ];

        var total = SlurmResources.Total(nodes);
        Assert.Equal((14, 3, 11, 0), (total.GpusTotal, total.GpusInUse, total.GpusFree, total.GpusUnusable));
        Assert.Equal(["a100 9/12", "v100 2/2"], total.Gpus.Select(static gpu => gpu.ToString()));
        Assert.Equal((3, 2, 1), (total.NodesTotal, total.NodesIdle, total.NodesMixed));
        Assert.Null(total.Partition);
        Assert.Equal([("all", 14), ("cpu", 0), ("gpu", 14)], SlurmResources.ByPartition(nodes).Select(static part => (part.Partition!, part.GpusTotal)));
    }

    [Fact]
    public void A_node_listed_once_for_each_partition_counts_once()
    {
        SlurmNode[] nodes = [Node("a", "IDLE", "gpu:8", "gpu:0", "gpu"), Node("a", "IDLE", "gpu:8", "gpu:0", "all")];
        Assert.Equal((1, 8), (SlurmResources.Total(nodes).NodesTotal, SlurmResources.Total(nodes).GpusTotal));
        Assert.Equal(["all", "gpu"], SlurmResources.ByPartition(nodes).Select(static part => part.Partition));
    }

    [Theory]
    [InlineData("IDLE", 5, 0)]
    [InlineData("MIXED", 5, 0)]
    [InlineData("IDLE+PLANNED", 5, 0)]
    [InlineData("IDLE~", 0, 5)]
    [InlineData("IDLE+CLOUD+POWERED_DOWN", 0, 5)]
    [InlineData("MIXED+DRAIN", 0, 5)]
    [InlineData("DOWN*", 0, 5)]
    [InlineData("MIXED+NOT_RESPONDING", 0, 5)]
    [InlineData("IDLE+MAINTENANCE+RESERVED", 0, 5)]
    [InlineData("SINGING", 0, 5)]
    public void Only_what_a_job_can_get_is_free(string state, int free, int unusable)
    {
        var count = Assert.Single(SlurmResources.GpusOf(Node("a", state, "gpu:a100:8", "gpu:a100:3(IDX:0-2)", "gpu")));
        Assert.Equal(new SlurmGpuCount("a100", 8, 3, free, unusable), count);
    }

    [Fact]
    public void What_is_in_use_without_a_type_is_still_in_use()
    {
        var counts = SlurmResources.GpusOf(Node("a", "MIXED", "gpu:a100:4,gpu:v100:2", "gres/gpu=5", "gpu"));
        Assert.Equal([new("a100", 4, 4, 0, 0), new SlurmGpuCount("v100", 2, 1, 1, 0)], counts);
    }

    [Fact]
    public void Counts_a_recorded_cluster()
    {
        var total = SlurmResources.Total(ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-nodes-trouble.txt")));
        Assert.Equal((3, 0, 1, 1, 1), (total.NodesTotal, total.NodesIdle, total.NodesDown, total.NodesDraining, total.NodesReserved));
        Assert.Equal((16, 0, 0, 16), (total.GpusTotal, total.GpusInUse, total.GpusFree, total.GpusUnusable));
    }

    [Fact]
    public void No_node_is_nothing()
    {
        Assert.Empty(SlurmResources.ByPartition([]));
        Assert.Equal(0, SlurmResources.Total([]).NodesTotal);
    }

    [Fact]
    public void The_parts_make_the_whole()
    {
        string[] states = ["IDLE", "MIXED", "ALLOCATED", "DOWN*", "IDLE~", "MIXED+DRAIN", "IDLE+RESERVED", "X"];
        var node = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 8], Gen.Int[0, 4], Gen.Int[0, 9], Gen.Int[0, 5],
            (state, a, v, usedA, used) => Node("", states[state], $"gpu:a100:{a},gpu:v100:{v}", $"gpu:a100:{usedA},gpu:{used}", "p"));
        node.Array[0, 12].Sample(static nodes =>
        {
            var named = nodes.Select(static (node, i) => node with { Name = $"n{i}" }).ToList();
            var total = SlurmResources.Total(named);
            return total.GpusTotal == named.Sum(static node => node.Gpus.Total)
                && total.GpusTotal == total.GpusInUse + total.GpusFree + total.GpusUnusable
                && total.Gpus.All(static gpu => gpu is { InUse: >= 0, Free: >= 0, Unusable: >= 0 } && gpu.Total == gpu.InUse + gpu.Free + gpu.Unusable)
                && total.NodesTotal == total.NodesIdle + total.NodesMixed + total.NodesAllocated + total.NodesDown + total.NodesDraining
                    + total.NodesReserved + total.NodesPoweredDown + total.NodesOther;
        });
    }

    private static SlurmNode Node(string name, string state, string gres, string used, params string[] partitions) => new()
    {
        Name = name,
        States = SlurmNodeStates.Parse(state),
        Partitions = partitions,
        Gpus = SlurmGpuTally.Of(SlurmTresText.Parse(gres)),
        GpusInUse = SlurmGpuTally.Of(SlurmTresText.Parse(used)),
    };
}

using CsCheck;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmResourcesTests
{
    private static readonly SlurmPartition[] Up = [new("gpu", SlurmPartitionState.Up, IsDefault: true), new("all", SlurmPartitionState.Up), new("cpu", SlurmPartitionState.Up)];

    [Fact]
    public void A_node_in_several_partitions_counts_once_in_the_total()
    {
        var resources = SlurmResources.Of(
            [
                Node("a", "MIXED", "gpu:a100:8(S:0-1)", "gpu:a100:3(IDX:0-2)", "gpu", "all"),
                Node("b", "IDLE", "gpu:a100:4,gpu:v100:2", "gpu:a100:0(IDX:N/A)", "gpu", "all"),
                Node("c", "IDLE", "", "gpu:0", "cpu", "all"),
            ],
            Up,
            backend: "hpc");

        var total = resources.Total;
        Assert.Equal((14, 3, 11, 0), (total.GpusTotal, total.GpusInUse, total.GpusFree, total.GpusUnusable));
        Assert.Equal(["a100 9/12", "v100 2/2"], total.Gpus.Select(static gpu => gpu.ToString()));
        Assert.Equal((3, 2, 1, "hpc"), (total.NodesTotal, total.NodesIdle, total.NodesMixed, total.Backend));
        Assert.Null(total.Partition);
        Assert.Equal([("all", 14, false), ("cpu", 0, false), ("gpu", 14, true)], resources.Partitions.Select(static part => (part.Partition!, part.GpusTotal, part.IsDefault)));
        Assert.Equal(["a 5/8", "b 6/6", "c 0/0"], resources.Nodes.Select(static node => node.ToString()).Order());
    }

    [Fact]
    public void A_node_listed_once_for_each_partition_counts_once()
    {
        var resources = SlurmResources.Of([Node("a", "IDLE", "gpu:8", "gpu:0", "gpu"), Node("a", "IDLE", "gpu:8", "gpu:0", "all")], Up);
        Assert.Equal((1, 8), (resources.Total.NodesTotal, resources.Total.GpusTotal));
        Assert.Equal([1, 0, 1], resources.Partitions.Select(static part => part.NodesTotal));
    }

    [Theory]
    [InlineData("IDLE", 5, 0)]
    [InlineData("MIXED", 5, 0)]
    [InlineData("IDLE+PLANNED", 5, 0)]
    [InlineData("ALLOCATED", 0, 5)]
    [InlineData("IDLE~", 0, 5)]
    [InlineData("IDLE+CLOUD+POWERED_DOWN", 0, 5)]
    [InlineData("MIXED+DRAIN", 0, 5)]
    [InlineData("DOWN*", 0, 5)]
    [InlineData("MIXED+NOT_RESPONDING", 0, 5)]
    [InlineData("IDLE+MAINTENANCE+RESERVED", 0, 5)]
    [InlineData("reserved", 0, 5)]
    [InlineData("maint", 0, 5)]
    [InlineData("SINGING", 0, 5)]
    public void Only_what_a_job_can_get_is_free(string state, int free, int unusable) =>
        Assert.Equal(new SlurmGpuCount("a100", 8, 3, free, unusable), Count(Node("a", state, "gpu:a100:8", "gpu:a100:3(IDX:0-2)", "gpu")));

    [Theory]
    [InlineData(31, 255, 5)]
    [InlineData(32, 255, 0)]
    [InlineData(31, 256, 0)]
    public void Without_a_CPU_or_memory_left_no_GPU_can_be_had(int cpus, long memory, int free)
    {
        var node = Node("a", "MIXED", "gpu:8", "gpu:3", "gpu") with { Cpus = 32, CpusAllocated = cpus, Memory = 256, MemoryAllocated = memory };
        Assert.Equal(new("gpu", 8, 3, free, 5 - free), Count(node));
    }

    [Theory]
    [InlineData(SlurmPartitionState.Up, 5)]
    [InlineData(SlurmPartitionState.Down, 0)]
    [InlineData(SlurmPartitionState.Drain, 0)]
    [InlineData(SlurmPartitionState.Inactive, 0)]
    [InlineData(SlurmPartitionState.Unknown, 0)]
    public void A_partition_that_is_not_up_has_nothing_free_but_its_nodes_may_by_another(SlurmPartitionState state, int free)
    {
        SlurmNode[] nodes = [Node("a", "MIXED", "gpu:8", "gpu:3", "gpu", "all")];
        SlurmPartition[] partitions = [new("gpu", state), new("all", SlurmPartitionState.Up)];
        var both = SlurmResources.Of(nodes, partitions);
        Assert.Equal([5, free], both.Partitions.Select(static part => part.GpusFree));
        Assert.Equal([state], both.Partitions.Skip(1).Select(static part => part.State!.Value));
        Assert.Equal((5, 5), (both.Total.GpusFree, both.Nodes[0].GpusFree));
        var one = SlurmResources.Of(nodes, partitions, new SlurmResourceFilter { Partition = static name => name == "gpu" });
        Assert.Equal((1, free, free), (one.Partitions.Count, one.Total.GpusFree, one.Nodes[0].GpusFree));
    }

    [Fact]
    public void A_node_in_no_partition_is_had_by_nobody() => Assert.Equal(new("gpu", 8, 0, 0, 8), Count(Node("a", "IDLE", "gpu:8", "gpu:0")));

    [Fact]
    public void One_type_leaves_out_the_nodes_that_have_none()
    {
        var resources = SlurmResources.Of(
            [
                Node("a", "MIXED", "gpu:a100:4,gpu:1g.10gb:7,shard:16", "gpu:a100:1(IDX:0),gpu:1g.10gb:3(IDX:1-3),shard:2(1/8,1/8)", "gpu"),
                Node("b", "IDLE", "gpu:a100:4", "gpu:a100:0", "gpu", "all"),
                Node("c", "IDLE", "", "", "cpu"),
            ],
            Up,
            new SlurmResourceFilter { GpuType = static type => type == "1g.10gb" });
        Assert.Equal("a 4/7", Assert.Single(resources.Nodes).ToString());
        Assert.Equal([("all", 0, 0), ("cpu", 0, 0), ("gpu", 1, 7)], resources.Partitions.Select(static part => (part.Partition!, part.NodesTotal, part.GpusTotal)));
    }

    [Fact]
    public void What_is_in_use_without_a_type_is_still_in_use() => Assert.Equal(
        [new("a100", 4, 4, 0, 0), new SlurmGpuCount("v100", 2, 1, 1, 0)],
        SlurmResources.Of([Node("a", "MIXED", "gpu:a100:4,gpu:v100:2", "gres/gpu=5", "gpu")], Up).Nodes[0].Gpus);

    [Fact]
    public void Counts_a_recorded_cluster()
    {
        var total = SlurmResources.Of(ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-nodes-trouble.txt")), Up).Total;
        Assert.Equal((3, 0, 1, 1, 1), (total.NodesTotal, total.NodesIdle, total.NodesDown, total.NodesDraining, total.NodesReserved));
        Assert.Equal((16, 0, 0, 16), (total.GpusTotal, total.GpusInUse, total.GpusFree, total.GpusUnusable));
    }

    [Fact]
    public void A_recorded_node_that_drains_keeps_what_is_in_use_and_gives_nothing()
    {
        var partitions = ScontrolPartitions.Parse(SlurmFixture.Read("scontrol-show-partition.txt"));
        SlurmNode[] nodes = [.. ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-node-gpu01-busy.txt")), .. ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-node-drained.txt"))];
        var resources = SlurmResources.Of(nodes, partitions);
        Assert.Equal(["cpu 0/0", "gpu 0/16"], resources.Partitions.Select(static part => part.ToString()));
        Assert.Equal(new SlurmGpuCount("a100", 16, 8, 0, 8), Assert.Single(resources.Total.Gpus));
        Assert.Equal(("bad fan", "IDLE+DRAIN+PLANNED"), resources.Nodes.Where(static node => node.Node == "gpu04").Select(static node => (node.Reason, node.StateText)).Single());
    }

    [Fact]
    public void No_node_is_nothing()
    {
        var resources = SlurmResources.Of([], Up);
        Assert.Equal([0, 0, 0], resources.Partitions.Select(static part => part.NodesTotal));
        Assert.Equal(0, resources.Total.NodesTotal);
    }

    [Theory]
    [InlineData(5, 0, 0, true, "5 free GPUs")]
    [InlineData(10, 0, 0, true, "10 free GPUs")]
    [InlineData(11, 0, 0, false, "11 free GPUs")]
    [InlineData(0, 6, 0, true, "1 node with 6 free GPUs each")]
    [InlineData(0, 7, 0, false, "1 node with 7 free GPUs each")]
    [InlineData(0, 4, 2, true, "2 nodes with 4 free GPUs each")]
    [InlineData(0, 5, 2, false, "2 nodes with 5 free GPUs each")]
    [InlineData(0, 0, 1, true, "1 idle node")]
    [InlineData(0, 0, 2, false, "2 idle nodes")]
    [InlineData(10, 1, 2, true, "10 free GPUs and 2 nodes with 1 free GPU each")]
    public void A_need_is_met_by_what_is_free(int gpus, int perNode, int nodes, bool met, string words)
    {
        var need = new SlurmResourceNeed { Gpus = gpus, GpusPerNode = perNode, Nodes = nodes };
        var part = SlurmResources.Of(
            [Node("a", "MIXED", "gpu:8", "gpu:2", "gpu"), Node("b", "MIXED", "gpu:8", "gpu:4", "gpu"), Node("c", "IDLE", "", "", "gpu"), Node("d", "IDLE+DRAIN", "gpu:8", "", "gpu")],
            [Up[0]]).Partitions.Single();
        Assert.Equal((met, words), (need.IsFree(part), need.ToString()));
        Assert.True(need.IsPossible(part));
    }

    [Theory]
    [InlineData(16, 0, 0, true)]
    [InlineData(17, 0, 0, false)]
    [InlineData(0, 8, 2, true)]
    [InlineData(0, 9, 0, false)]
    [InlineData(0, 1, 3, false)]
    [InlineData(0, 0, 3, true)]
    [InlineData(0, 0, 4, false)]
    public void What_is_more_than_there_is_is_impossible(int gpus, int perNode, int nodes, bool possible)
    {
        var part = SlurmResources.Of(
            [Node("a", "DOWN", "gpu:8", "gpu:2", "gpu"), Node("b", "ALLOCATED", "gpu:8", "gpu:4", "gpu"), Node("c", "IDLE", "", "", "gpu")],
            [new("gpu", SlurmPartitionState.Down)]).Partitions.Single();
        Assert.Equal(possible, new SlurmResourceNeed { Gpus = gpus, GpusPerNode = perNode, Nodes = nodes }.IsPossible(part));
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
            var total = SlurmResources.Of(named, [new("p", SlurmPartitionState.Up)]).Total;
            return total.GpusTotal == named.Sum(static node => node.Gpus.Total)
                && total.GpusTotal == total.GpusInUse + total.GpusFree + total.GpusUnusable
                && total.Gpus.All(static gpu => gpu is { InUse: >= 0, Free: >= 0, Unusable: >= 0 } && gpu.Total == gpu.InUse + gpu.Free + gpu.Unusable)
                && total.NodesTotal == total.NodesIdle + total.NodesMixed + total.NodesAllocated + total.NodesDown + total.NodesDraining
                    + total.NodesReserved + total.NodesPoweredDown + total.NodesOther;
        });
    }

    private static SlurmGpuCount Count(SlurmNode node) => Assert.Single(SlurmResources.Of([node], Up).Total.Gpus);

    private static SlurmNode Node(string name, string state, string gres, string used, params string[] partitions) => new()
    {
        Name = name,
        StateText = state,
        States = SlurmNodeStates.Parse(state),
        Partitions = partitions,
        Gpus = SlurmGpuTally.Of(SlurmTresText.Parse(gres)),
        GpusInUse = SlurmGpuTally.Of(SlurmTresText.Parse(used)),
    };
}

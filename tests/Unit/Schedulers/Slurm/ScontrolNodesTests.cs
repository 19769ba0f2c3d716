using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class ScontrolNodesTests
{
    [Fact]
    public void Reads_a_busy_node()
    {
        var node = Assert.Single(ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-node-d.txt")));
        Assert.Equal(("gpu02", "MIXED", 32, 5), (node.Name, node.StateText, node.Cpus, node.CpusAllocated));
        Assert.Equal((256000L << 20, 5000L << 20), (node.Memory, node.MemoryAllocated));
        Assert.Equal(("a100:8", "a100:7", "22.05.8"), (node.Gpus.ToString(), node.GpusInUse.ToString(), node.Version));
        Assert.Equal(["gpu"], node.Partitions);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], node.GresUsed.Single().Index);
        Assert.Equal(SlurmNodeCondition.Mixed, node.Condition);
        Assert.Equal(new DateTime(2026, 11, 23, 7, 6, 25, DateTimeKind.Local), node.BootTime);
    }

    [Fact]
    public void Without_details_the_accounting_says_what_is_in_use() =>
        Assert.Equal(8, Assert.Single(ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-node-gpu01-busy.txt"))).GpusInUse.Total);

    [Fact]
    public void Reads_why_a_node_was_drained()
    {
        var node = Assert.Single(ScontrolNodes.Parse(SlurmFixture.Read("scontrol-show-node-drained.txt")));
        Assert.Equal(["IDLE", "DRAIN", "PLANNED"], node.States);
        Assert.Equal(("bad fan", "root", SlurmNodeCondition.Draining), (node.Reason, node.ReasonUser, node.Condition));
        Assert.Equal(new DateTime(2026, 11, 23, 7, 38, 44, DateTimeKind.Local), node.ReasonTime);
    }

    [Theory]
    [InlineData("scontrol-show-nodes-trouble.txt", "two\nlines")]
    [InlineData("scontrol-show-nodes-trouble-o.txt", "two\nlines")]
    public void Reads_nodes_in_trouble_in_both_forms(string file, string reason)
    {
        var nodes = ScontrolNodes.Parse(SlurmFixture.Read(file)).ToDictionary(static node => node.Name);
        Assert.Equal((SlurmNodeCondition.Down, reason), (nodes["cpu01"].Condition, nodes["cpu01"].Reason));
        Assert.Equal(["IDLE", "MAINTENANCE", "RESERVED", "PLANNED"], nodes["gpu01"].States);
        Assert.Equal(SlurmNodeCondition.Reserved, nodes["gpu01"].Condition);
        Assert.Equal(["gpu", "all"], nodes["gpu01"].Partitions);
        Assert.Equal((SlurmNodeCondition.Draining, "bad fan State=IDLE Gres=gpu:99", "root"), (nodes["gpu02"].Condition, nodes["gpu02"].Reason, nodes["gpu02"].ReasonUser));
        Assert.Equal(8, nodes["gpu02"].Gpus.Total);
        Assert.Equal(64000L << 20, nodes["cpu01"].Memory);
    }

    [Theory]
    [InlineData("idle~", SlurmNodeCondition.PoweredDown)]
    [InlineData("IDLE+CLOUD+POWERED_DOWN", SlurmNodeCondition.PoweredDown)]
    [InlineData("ALLOCATED#", SlurmNodeCondition.PoweredDown)]
    [InlineData("IDLE%", SlurmNodeCondition.PoweredDown)]
    [InlineData("mixed@", SlurmNodeCondition.PoweredDown)]
    [InlineData("IDLE*", SlurmNodeCondition.Down)]
    [InlineData("MIXED+NOT_RESPONDING", SlurmNodeCondition.Down)]
    [InlineData("DOWN*+DRAIN", SlurmNodeCondition.Down)]
    [InlineData("ALLOCATED+DRAIN", SlurmNodeCondition.Draining)]
    [InlineData("draining", SlurmNodeCondition.Draining)]
    [InlineData("IDLE+MAINTENANCE", SlurmNodeCondition.Reserved)]
    [InlineData("maint", SlurmNodeCondition.Reserved)]
    [InlineData("reserved", SlurmNodeCondition.Reserved)]
    [InlineData("idle$", SlurmNodeCondition.Reserved)]
    [InlineData("IDLE+PLANNED", SlurmNodeCondition.Idle)]
    [InlineData("idle-", SlurmNodeCondition.Idle)]
    [InlineData("planned", SlurmNodeCondition.Idle)]
    [InlineData("IDLE+CLOUD", SlurmNodeCondition.Idle)]
    [InlineData("IDLE+COMPLETING", SlurmNodeCondition.Mixed)]
    [InlineData("completing", SlurmNodeCondition.Mixed)]
    [InlineData("allocated", SlurmNodeCondition.Allocated)]
    [InlineData("SINGING", SlurmNodeCondition.Other)]
    [InlineData("", SlurmNodeCondition.Other)]
    public void Judges_a_state(string text, SlurmNodeCondition condition) =>
        Assert.Equal(condition, new SlurmNode { Name = "n", States = SlurmNodeStates.Parse(text) }.Condition);
}

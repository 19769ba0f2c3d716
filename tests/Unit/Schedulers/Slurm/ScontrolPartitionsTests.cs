using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class ScontrolPartitionsTests
{
    [Fact]
    public void Reads_the_recorded_partitions() => Assert.Equal(
        [new("gpu", SlurmPartitionState.Up, IsDefault: true), new SlurmPartition("cpu", SlurmPartitionState.Up)],
        ScontrolPartitions.Parse(SlurmFixture.Read("scontrol-show-partition.txt")));

    [Theory]
    [InlineData("UP", SlurmPartitionState.Up)]
    [InlineData("DOWN", SlurmPartitionState.Down)]
    [InlineData("DRAIN", SlurmPartitionState.Drain)]
    [InlineData("INACTIVE", SlurmPartitionState.Inactive)]
    [InlineData("DANCING", SlurmPartitionState.Unknown)]
    public void Reads_the_state_in_both_forms(string word, SlurmPartitionState state)
    {
        string recorded = SlurmFixture.Read("scontrol-show-partition.txt").Replace("State=UP", $"State={word}", StringComparison.Ordinal);
        Assert.Equal([state, state], ScontrolPartitions.Parse(recorded).Select(static part => part.State));
        Assert.Equal(
            new("a", state, IsDefault: true),
            Assert.Single(ScontrolPartitions.Parse($"PartitionName=a AllowGroups=ALL Default=YES QoS=N/A Nodes=(null) State={word} TotalCPUs=0\n")));
    }

    [Fact]
    public void No_partition_is_none() => Assert.Empty(ScontrolPartitions.Parse("No partitions in the system\n"));
}

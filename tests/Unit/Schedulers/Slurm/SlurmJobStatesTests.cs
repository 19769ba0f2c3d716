using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmJobStatesTests
{
    [Theory]
    [InlineData("PENDING", SlurmJobState.Pending)]
    [InlineData("CANCELLED by 1001", SlurmJobState.Cancelled)]
    [InlineData("CANCELLED+", SlurmJobState.Cancelled)]
    [InlineData("NODE_FAIL", SlurmJobState.NodeFail)]
    [InlineData("OUT_OF_MEMORY", SlurmJobState.OutOfMemory)]
    [InlineData("RESV_DEL_HOLD", SlurmJobState.ReservationDeleteHold)]
    [InlineData("COMPLETED,COMPLETING", SlurmJobState.Completed)]
    [InlineData("running", SlurmJobState.Running)]
    [InlineData("LAUNCHED_TO_THE_MOON", SlurmJobState.Unknown)]
    [InlineData("", SlurmJobState.Unknown)]
    public void Reads_a_state(string text, SlurmJobState state) => Assert.Equal(state, SlurmJobStates.Parse(text));

    [Fact]
    public void Every_state_has_a_word_that_reads_back()
    {
        foreach (var state in Enum.GetValues<SlurmJobState>()) Assert.Equal(state, SlurmJobStates.Parse(SlurmJobStates.WordOf(state)));
    }

    [Fact]
    public void Ends_on_every_final_state_and_on_no_other() => Assert.Equal(
        [
            SlurmJobState.Completed, SlurmJobState.Cancelled, SlurmJobState.Failed, SlurmJobState.Timeout, SlurmJobState.NodeFail,
            SlurmJobState.Preempted, SlurmJobState.BootFail, SlurmJobState.Deadline, SlurmJobState.OutOfMemory, SlurmJobState.Revoked,
        ],
        Enum.GetValues<SlurmJobState>().Where(SlurmJobStates.IsFinal));

    [Fact]
    public void Knows_every_state_squeue_printed()
    {
        var states = SlurmFixture.Read("squeue-r.txt").Split('\n').Where(static line => line.Length > 0 && char.IsAsciiDigit(line[0]))
            .Select(static line => SlurmJobStates.Parse(line.Split(' ')[1])).ToList();
        Assert.Equal(25, states.Count);
        Assert.DoesNotContain(SlurmJobState.Unknown, states);
    }
}

using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmJobLedgerTests
{
    private readonly SlurmJobLedger _ledger = new(TimeProvider.System);

    [Fact]
    public void Each_change_is_told_once()
    {
        Assert.Equal(["7: Pending"], Take(Job("7", SlurmJobState.Pending)));
        Assert.Empty(Take(Job("7", SlurmJobState.Pending)));
        Assert.Equal(["7: Pending to Running"], Take(Job("7", SlurmJobState.Running)));
        Assert.Equal(["7: Running to Completed"], Take(Job("7", SlurmJobState.Completed)));
        Assert.Empty(Take(Job("7", SlurmJobState.Completed)));
        Assert.Equal(["7: Completed to Pending"], Take(Job("7", SlurmJobState.Pending)));
    }

    [Fact]
    public void The_tasks_of_an_array_change_together_while_they_wait_and_one_by_one_then()
    {
        Assert.Equal(["9_[0-3%2]: Pending"], Take(Job("9_[0-3%2]", SlurmJobState.Pending)));
        Assert.Equal(["9_0: Pending to Running"], Take(Job("9_[1-3%2]", SlurmJobState.Pending), Job("9_0", SlurmJobState.Running)));
        Assert.Empty(Take(Job("9_[2,3%2]", SlurmJobState.Pending), Job("9_0", SlurmJobState.Running), Job("9_1", SlurmJobState.Pending)));
        Assert.Equal(
            ["9_[2,3]: Pending to Cancelled", "9_0: Running to Failed", "9_1: Pending to Running"],
            Take(Job("9_[2,3]", SlurmJobState.Cancelled), Job("9_0", SlurmJobState.Failed), Job("9_1", SlurmJobState.Running)));
    }

    [Fact]
    public void A_task_is_no_other_job_and_the_parts_of_a_job_are_apart()
    {
        Assert.Equal(4, Take(Job("9", SlurmJobState.Pending), Job("9_4", SlurmJobState.Running), Job("9+0", SlurmJobState.Running), Job("9+1", SlurmJobState.Pending)).Count);
        Assert.Equal(["9+1: Pending to Running"], Take(Job("9_4", SlurmJobState.Running), Job("9+1", SlurmJobState.Running)));
    }

    [Fact]
    public void What_is_not_there_any_more_and_not_over_is_missed()
    {
        Take(Job("1", SlurmJobState.Running), Job("2", SlurmJobState.Completed), Job("9_[0-2]", SlurmJobState.Pending), Job("5+1", SlurmJobState.Running));
        Assert.Equal(["1", "5+1", "9_0", "9_2"], _ledger.AbsentFrom([Job("9_1", SlurmJobState.Running)]).Select(static id => id.ToString()).Order());
        Assert.Empty(_ledger.AbsentFrom([Job("1", SlurmJobState.Running), Job("9_[0-2]", SlurmJobState.Pending), Job("5+1", SlurmJobState.Running)]));
    }

    [Theory]
    [InlineData("9_1", SlurmJobState.Pending, true, SlurmJobState.Cancelled)]
    [InlineData("9_1", SlurmJobState.Pending, false, SlurmJobState.Unknown)]
    [InlineData("9_1", SlurmJobState.Running, true, SlurmJobState.Unknown)]
    [InlineData("9", SlurmJobState.Pending, true, SlurmJobState.Unknown)]
    public void Of_what_Slurm_has_forgotten_only_a_task_that_waited_is_known_to_be_cancelled(string id, SlurmJobState last, bool isWholeStory, SlurmJobState end)
    {
        Take(Job(id, last));
        var change = Assert.Single(_ledger.Forget([SlurmJobId.Parse(id)], isWholeStory));
        Assert.Equal((last, end, id), (change.From, change.To, change.Id.ToString()));
        Assert.Empty(_ledger.Forget([SlurmJobId.Parse(id)], isWholeStory));
        Assert.False(_ledger.Knows(SlurmJobId.Parse(id)));
    }

    [Fact]
    public void What_is_over_and_gone_is_dropped_and_the_rest_kept()
    {
        Take(Job("1", SlurmJobState.Completed), Job("2", SlurmJobState.Completed), Job("3", SlurmJobState.Running));
        _ledger.Prune([Job("2", SlurmJobState.Completed)]);
        Assert.Equal([false, true, true], ((string[])["1", "2", "3"]).Select(id => _ledger.Knows(SlurmJobId.Parse(id))));
    }

    [Theory]
    [InlineData("9", false)]
    [InlineData("9_0", true)]
    [InlineData("9_[0-2]", false)]
    [InlineData("8", true)]
    public void An_array_is_over_when_all_of_its_tasks_are(string id, bool isOver)
    {
        Take(Job("9_0", SlurmJobState.Failed), Job("9_[1,2]", SlurmJobState.Pending), Job("8", SlurmJobState.Completed));
        Assert.Equal(isOver, _ledger.IsOver(SlurmJobId.Parse(id)));
    }

    private List<string> Take(params SlurmJob[] jobs) => [.. _ledger.Take(jobs).Select(static change => change.ToString())];

    private static SlurmJob Job(string id, SlurmJobState state) => new() { Id = SlurmJobId.Parse(id), State = state };
}

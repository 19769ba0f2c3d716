using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Who asks for a task of an array that waits as one record gets that task and no other.</summary>
public sealed class SlurmArrayTasksTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("25_3", "25_3")]
    [InlineData("25_[2-3]", "25_2 25_3")]
    [InlineData("25_[3-9]", "25_3 25_4")]
    [InlineData("25", "25_0 25_[1-4%2]")]
    [InlineData("25_[1-4%2]", "25_[1-4%2]")]
    [InlineData("25_0 25_3", "25_0 25_3")]
    [InlineData("25_9", "")]
    public async Task Tasks_that_wait_together_are_told_apart(string ids, string found)
    {
        await using var cluster = new PlayedCluster
        {
            Jobs = [new SqueueRecord { Id = "25_[1-4%2]", State = "PENDING" }, new SqueueRecord { Id = "25_0", State = "RUNNING" }],
        };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        var answer = await scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = [.. ids.Split(' ').Select(SlurmJobId.Parse)] }, Token);
        Assert.Equal(found, string.Join(' ', answer.Jobs.Select(static job => job.Id)));
    }

    [Fact]
    public async Task Jobs_come_in_the_order_of_their_numbers()
    {
        await using var cluster = new PlayedCluster
        {
            Jobs = [.. ((string[])["100", "22", "14_[0-1]", "14_10", "14_4", "9", "30+1", "30+0"]).Select(static id => new SqueueRecord { Id = id, State = "PENDING" })],
        };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        var jobs = (await scheduler.ReadJobsAsync(new SlurmJobQuery { AllUsers = true }, Token)).Jobs;
        Assert.Equal("9 14_[0-1] 14_4 14_10 22 30+0 30+1 100", string.Join(' ', jobs.Select(static job => job.Id)));
    }
}

using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>How much memory reading takes. Alone, since it is the whole process's that is measured.</summary>
[Collection(Alone.Name)]
public sealed class SqueueMemoryTests
{
    [Fact]
    public async Task Reading_needs_little_beyond_the_jobs_themselves()
    {
        const int Count = 50_000;
        var answer = SlurmFixture.Frame(Enumerable.Range(1, Count).Select(static id => new SqueueRecord { Id = $"{id}", Name = $"train-{id % 100}" }.Fields));
        var reader = new StringReader(answer);
        var before = GC.GetTotalMemory(true);
        var jobs = 0;
        var most = 0L;
        await foreach (var _ in SqueueOutput.ReadAsync(reader, SlurmFixture.Token, TestContext.Current.CancellationToken))
        {
            if (++jobs % 10_000 == 0) most = Math.Max(most, GC.GetTotalMemory(true) - before);
        }

        Assert.Equal(Count, jobs);
        Assert.InRange(most, long.MinValue, 400L * Count);
    }
}

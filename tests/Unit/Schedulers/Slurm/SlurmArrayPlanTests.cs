using GpuOps.Schedulers.Slurm;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Arrays that are too large for Slurm go out as several.</summary>
public sealed class SlurmArrayPlanTests
{
    private const int Limit = 4 * 1024 * 1024;

    private static readonly SlurmJobRequest Job = new() { Command = ["echo"] };

    [Theory]
    [InlineData(1, 3, "1")]
    [InlineData(3, 3, "3")]
    [InlineData(7, 3, "3 3 1")]
    public void No_array_has_more_tasks_than_it_may(int tasks, int size, string parts)
    {
        var arrays = SlurmArrayPlan.Split(Job with { TaskArguments = [.. Enumerable.Range(0, tasks).Select(task => new[] { $"{task}" })] }, size, Measure);
        Assert.Equal(parts, string.Join(' ', arrays.Select(array => array.TaskArguments!.Count)));
        Assert.Equal(Enumerable.Range(0, tasks).Select(task => $"{task}"), arrays.SelectMany(array => array.TaskArguments!).Select(words => words.Single()));
    }

    [Fact]
    public void No_script_is_larger_than_Slurm_takes()
    {
        string[] words = [new string('\'', 20_000)];
        var arrays = SlurmArrayPlan.Split(Job with { TaskArguments = [.. Enumerable.Repeat(words, 100)] }, 1001, Measure);
        Assert.Equal(100, arrays.Sum(array => array.TaskArguments!.Count));
        Assert.All(arrays, array => Assert.InRange(SbatchCommand.From(array).Script.Length, 0, Limit));
        Assert.InRange(SbatchCommand.From(arrays[0]).Script.Length, Limit - 100_000, Limit);
    }

    [Theory]
    [InlineData("{{ setup }}{{ setup }}{{ run }}")]
    [InlineData("# {{ comment }}\n{{ setup }}{{ run }}")]
    public async Task What_a_template_makes_of_it_is_measured(string text)
    {
        using var folder = new TemporaryFolder();
        folder.Write("large.sh.liquid", $"#!/bin/bash\n{text}\n");
        await using var scheduler = new SlurmScheduler(new PlayedCluster(), new SlurmOptions("test") { TemplateFolder = folder.Path });
        var job = Job with { Template = scheduler.FindTemplate("large"), Comment = new string('x', 1_000_000), TaskArguments = [.. Enumerable.Range(0, 100).Select(task => new[] { $"{task}", new string('y', 50_000) })] };
        var arrays = await scheduler.PlanAsync(job, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 100).Select(task => $"{task}"), arrays.SelectMany(array => array.TaskArguments!).Select(words => words[0]));
        Assert.All(arrays, array => Assert.InRange(scheduler.Preview(array).Script.Length, 0, Limit));
        Assert.InRange(arrays.Count, 2, 4);
    }

    [Fact]
    public void What_is_no_array_stays_as_it_is()
    {
        Assert.Same(Job, Assert.Single(SlurmArrayPlan.Split(Job, 1, Measure)));
    }

    [Fact]
    public void The_largest_array_is_read_from_the_configuration()
    {
        Assert.Equal(1001, ScontrolConfig.MaxArraySize(SlurmFixture.Read("scontrol-config.txt")));
        Assert.Null(ScontrolConfig.MaxArraySize("MaxArraySize            = 0\n"));
        Assert.Null(ScontrolConfig.MaxArraySize("no such line"));
    }

    private static long Measure(SlurmJobRequest array) => SbatchCommand.From(array).Script.Length;
}

using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>What is known of a job that was just submitted, without asking. That Slurm sees it the same is tested against a real one.</summary>
public sealed class SlurmTakenJobTests
{
    private static readonly SlurmJobRequest Plain = new() { Command = ["true"] };

    /// <summary>What asks for GPUs, and how many it comes to; null where only Slurm can count them.</summary>
    public static TheoryData<SlurmResourceRequest, int?> Counts { get; } = new()
    {
        { new(), 0 },
        { new() { Gpus = "4" }, 4 },
        { new() { Gpus = "a100:2,v100:1", GpusPerNode = "8" }, 3 },
        { new() { GpusPerNode = "2" }, 2 },
        { new() { GpusPerNode = "2", Tasks = 1 }, 2 },
        { new() { GpusPerNode = "2", Nodes = "2-4" }, 4 },
        { new() { GpusPerNode = "2", NodeList = "gpu[01-03]" }, 6 },
        { new() { GpusPerNode = "2", Tasks = 5, TasksPerNode = 2 }, 6 },
        { new() { GpusPerNode = "2", Tasks = 5 }, null },
        { new() { GpusPerTask = "2", Tasks = 5 }, 10 },
        { new() { GpusPerTask = "1", Nodes = "2", TasksPerNode = 3 }, 6 },
        { new() { Gres = "gpu:a100:2,shard:4", Nodes = "2" }, 4 },
    };

    [Theory]
    [MemberData(nameof(Counts), DisableDiscoveryEnumeration = true)]
    public void GPUs_are_counted_where_the_request_says_how_many_there_are(SlurmResourceRequest resources, int? count) =>
        Assert.Equal(count, Of(Plain with { Resources = resources }).Gpus);

    [Fact]
    public void The_request_goes_before_the_script_and_what_the_script_is_given_is_no_option()
    {
        var script = "#!/bin/sh\n#SBATCH --time=90 --ntasks=2 --gpus=8 -p cpu -D /from/script\n#SBATCH hetjob\n#SBATCH --partition=other\n"u8.ToArray();
        var job = Of(new() { Script = script, Arguments = ["--time=1", "-D", "/nowhere"], Resources = new() { Gpus = "2" } });
        Assert.Equal((TimeSpan.FromMinutes(90), 2, "cpu", "/from/script"), (job.TimeLimit, job.Gpus, job.Partition, job.WorkFolder));
        Assert.Equal(16, Of(new() { Script = "#!/bin/sh\n#SBATCH --ntasks=2 --gpus-per-task=8\n"u8.ToArray() }).Gpus);
    }

    [Theory]
    [InlineData(null, "/w/slurm-12.out")]
    [InlineData("logs/%x-%j.out", "/w/logs/true-12.out")]
    [InlineData("/dev/null", "/dev/null")]
    [InlineData("%N.out", "/w/%N.out")]
    public void The_file_of_its_output_is_told(string? output, string path)
    {
        var job = Of(Plain with { Output = output });
        Assert.Equal((path, path), (job.OutputPath, job.ErrorPath));
        Assert.Equal("/w/e/ada", Of(Plain with { Output = output, Error = "e/%u" }).ErrorPath);
    }

    [Fact]
    public void Of_an_array_the_pattern_is_told_by_which_each_task_is_found()
    {
        var array = Of(Plain with { Array = "1-3%2" });
        Assert.Equal("/w/slurm-12_%a.out", array.OutputPath);
        var task = new SlurmJob { Id = SlurmJobId.Parse("12_3"), State = SlurmJobState.Completed };
        Assert.Equal("/w/slurm-12_3.out", SlurmLogFiles.Of(task, new SlurmLogTarget(array.Id, array.OutputPath), GpuJobLogKind.All)[0].Path);
    }

    [Fact]
    public void What_is_not_known_is_not_made_up()
    {
        var job = new SlurmTakenJob(SbatchCommand.From(Plain with { WorkFolder = "below", Error = "/e/%u" }), null, "").ToJob(SlurmJobId.Parse("12"));
        Assert.Equal(("", "", "", "/e/%u", null), (job.User, job.WorkFolder, job.OutputPath, job.ErrorPath, job.TimeLimit));
        Assert.Null(Of(Plain with { Resources = new() { TimeLimit = Timeout.InfiniteTimeSpan } }).TimeLimit);
    }

    private static SlurmJob Of(SlurmJobRequest request) => new SlurmTakenJob(SbatchCommand.From(request), "/w", "ada").ToJob(SlurmJobId.Parse("12"));
}

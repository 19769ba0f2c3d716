using CsCheck;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SqueueOutputTests
{
    [Fact]
    public async Task Reads_what_squeue_printed_with_hostile_names()
    {
        var jobs = (await SlurmFixture.SqueueAsync(SlurmFixture.Read("squeue-framed.txt"), SlurmFixture.Recorded)).ToDictionary(static job => job.Id.ToString());

        Assert.Equal(
            ["1", "12_[1,8,15,22,29,36,43,50,60,70,80,90,100,110,120,130,140,150,160,170,180,190,200,210,220,230]", "13", "14",
                "2_0", "2_1", "2_2", "2_3", "2_[4-9%2]", "3+0", "3+1", "5", "6", "7"],
            jobs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a|b\tc\nd 2;x,y ünï", jobs["1"].Name);
        Assert.Equal("co\nmm|ent 1|x", jobs["1"].Comment);
        Assert.Equal("JobId=99 JobName=evil\n   UserId=x(0) JobState=FAILED", jobs["7"].Name);
        Assert.Equal("c\n   StdOut=/evil\n\nJobId=77 JobName=x", jobs["7"].Comment);
        Assert.Equal(SlurmJobState.Completed, jobs["7"].State);
    }

    [Fact]
    public async Task Reads_every_property_of_a_running_job()
    {
        var jobs = await SlurmFixture.SqueueAsync(SlurmFixture.Read("squeue-framed.txt"), SlurmFixture.Recorded);
        var job = jobs.Single(static job => job.Id.ToString() == "1");

        Assert.Equal(("root", "root", "gpu", "normal", "rig"), (job.User, job.Account, job.Partition, job.Qos, job.Cluster));
        Assert.Equal((SlurmJobState.Running, "RUNNING", "", false), (job.State, job.StateText, job.Reason, job.IsFinished));
        Assert.Null(job.ExitCode);
        Assert.Null(job.Signal);
        Assert.Equal(("gpu01", 1, 1, 2), (job.Nodes, job.NodeCount, job.Cpus, job.Gpus));
        Assert.Equal(new Dictionary<string, int> { ["a100"] = 2 }, job.GpuTypes);
        Assert.Equal("1000M", job.Memory);
        Assert.Equal(SlurmFixture.Local(1795582613), job.SubmitTime);
        Assert.Equal(SlurmFixture.Local(1795582613), job.StartTime);
        Assert.Equal(SlurmFixture.Local(1795583213), job.EndTime);
        Assert.Equal(new TimeSpan(0, 3, 24), job.Elapsed);
        Assert.Equal(TimeSpan.FromMinutes(10), job.TimeLimit);
        Assert.Equal((4294901759L, 0, ""), (job.Priority, job.RestartCount, job.Dependency));
        Assert.Equal(("/tmp/slurmx", "/tmp/slurmx/o-1.out", "/tmp/slurmx/o-1.out"), (job.WorkFolder, job.OutputPath, job.ErrorPath));
    }

    [Fact]
    public async Task Reads_how_jobs_ended_what_waits_and_where_tasks_write()
    {
        var jobs = (await SlurmFixture.SqueueAsync(SlurmFixture.Read("squeue-framed.txt"), SlurmFixture.Recorded)).ToDictionary(static job => job.Id.ToString());

        Assert.Equal((3, null, "NonZeroExitCode"), (jobs["5"].ExitCode, jobs["5"].Signal, jobs["5"].Reason));
        Assert.Equal((null, 9), (jobs["6"].ExitCode, jobs["6"].Signal));
        Assert.Equal((0, null), (jobs["3+1"].ExitCode, jobs["3+1"].Signal));
        var waiting = jobs["2_[4-9%2]"];
        Assert.Equal(("2", "", 2, "JobArrayTaskLimit"), (waiting.ArrayJobId, waiting.Nodes, waiting.Gpus, waiting.Reason));
        Assert.Null(waiting.StartTime);
        Assert.Equal("/tmp/slurmx/slurm-2_%a.out", waiting.OutputPath);
        Assert.Equal("/tmp/slurmx/slurm-2_0.out", jobs["2_0"].OutputPath);
        Assert.Equal((4, 0L), (jobs["13"].Gpus, jobs["13"].Priority));
        Assert.Null(jobs["5"].TimeLimit);
        Assert.Null(jobs["14"].EndTime);
    }

    [Theory]
    [InlineData("768", 3, null)]
    [InlineData("9", null, 9)]
    [InlineData("139", null, 11)]
    [InlineData("4021", null, 53)] // Recorded of a job whose log could not be opened; sacct says 0:53.
    public async Task Reads_a_wait_status(string printed, int? exitCode, int? signal)
    {
        var job = Assert.Single(await SlurmFixture.SqueueAsync(SlurmFixture.Frame(new SqueueRecord { State = "FAILED", ExitCode = printed }.Fields)));
        Assert.Equal((exitCode, signal), (job.ExitCode, job.Signal));
    }

    [Theory]
    [InlineData("cpu=1,gres/gpu=3", "gres:gpu:3", "N/A", "N/A", "1", "1", "gpu:3")]
    [InlineData("cpu=1,gres/gpu=3", "gres:gpu:a100:3", "N/A", "N/A", "1", "1", "a100:3")]
    [InlineData("cpu=1,gres/gpu=4", "N/A", "gres:gpu:a100:2", "N/A", "2", "1", "a100:4")]
    [InlineData("N/A", "N/A", "gres:gpu:a100:2", "N/A", "3", "1", "a100:6")]
    [InlineData("N/A", "N/A", "N/A", "gres:gpu:1", "1", "4", "gpu:4")]
    [InlineData("cpu=1,gres/gpu=5", "N/A", "gres:gpu:a100:2", "N/A", "2", "1", "gpu:5")]
    [InlineData("cpu=1,gres/gpu=2,gres/gpu:a100=2", "gres:gpu:2", "N/A", "N/A", "1", "1", "a100:2")]
    [InlineData("cpu=1,mem=1M", "N/A", "N/A", "N/A", "1", "1", "")]
    [InlineData("what=ever=", "N/A", "N/A", "N/A", "1", "1", "")]
    public async Task Counts_the_gpus_a_job_has_or_wants(string tres, string perJob, string perNode, string perTask, string nodes, string tasks, string gpus)
    {
        var record = new SqueueRecord { Tres = tres, PerJob = perJob, PerNode = perNode, PerTask = perTask, NodeCount = nodes, Tasks = tasks, State = "PENDING" };
        var job = Assert.Single(await SlurmFixture.SqueueAsync(SlurmFixture.Frame(record.Fields)));
        Assert.Equal(gpus, new SlurmGpus(job.Gpus!.Value, job.GpuTypes).ToString());
        Assert.Equal(job.Gpus, job.GpuTypes.Values.Sum());
    }

    [Fact]
    public async Task A_state_of_a_newer_Slurm_is_kept_as_text()
    {
        var job = Assert.Single(await SlurmFixture.SqueueAsync(SlurmFixture.Frame(new SqueueRecord { State = "EXPEDITING" }.Fields)));
        Assert.Equal((SlurmJobState.Unknown, "EXPEDITING", false), (job.State, job.StateText, job.IsFinished));
    }

    [Fact]
    public async Task Banners_and_cluster_headings_are_left_out()
    {
        var text = "Welcome to the cluster!\n\nCLUSTER: rig\n" + SlurmFixture.Frame(new SqueueRecord().Fields).ReplaceLineEndings("\r\n")
            + "CLUSTER: other\n" + SlurmFixture.Frame(new SqueueRecord { Id = "8" }.Fields) + "logout\n";
        Assert.Equal(["7", "8"], (await SlurmFixture.SqueueAsync(text)).Select(static job => job.Id.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("Last login: Mon Nov 23\n")]
    public async Task No_job_is_an_empty_answer(string text) => Assert.Empty(await SlurmFixture.SqueueAsync(text));

    [Fact]
    public async Task An_answer_cut_anywhere_never_invents_a_job()
    {
        var text = SlurmFixture.Frame(new SqueueRecord { Name = "a\nb" }.Fields, new SqueueRecord { Id = "8" }.Fields);
        var whole = text.Length / 2;
        for (var length = 0; length < text.Length - 1; length++)
        {
            var jobs = new List<SlurmJob>();
            var cut = new StringReader(text[..length]);
            try
            {
                await foreach (var job in SqueueOutput.ReadAsync(cut, SlurmFixture.Token, TestContext.Current.CancellationToken)) jobs.Add(job);
            }
            catch (GpuOpsException error)
            {
                Assert.Equal("SlurmOutputCut", error.Id);
            }

            Assert.True(jobs.Count <= (length < whole - 8 ? 0 : 1) || length == whole, $"{jobs.Count} jobs of {length} characters");
        }
    }

    [Fact]
    public async Task What_was_not_asked_for_is_an_error()
    {
        var shifted = SlurmFixture.Frame([.. new SqueueRecord().Fields, "more"]);
        Assert.Equal("UnexpectedSlurmOutput", (await Assert.ThrowsAsync<GpuOpsException>(() => SlurmFixture.SqueueAsync(shifted))).Id);
        var noId = SlurmFixture.Frame(new SqueueRecord { Id = "x" }.Fields);
        Assert.Equal("UnexpectedSlurmOutput", (await Assert.ThrowsAsync<GpuOpsException>(() => SlurmFixture.SqueueAsync(noId))).Id);
    }

    [Fact]
    public void Any_name_comment_and_folder_arrive_as_they_are()
    {
        var text = Gen.String[Gen.OneOf(Gen.Char, Gen.Char["|\n\r\t ~,;\"'$\\%"]), 0, 200];
        Gen.Select(text, text, text, Gen.Int[1, 70]).Sample(static (name, comment, folder, piece) =>
        {
            var record = new SqueueRecord { Name = name, Comment = "c" + comment, WorkFolder = "/" + folder, Output = "/o" };
            var answer = SlurmFixture.Frame(record.Fields, record.Fields);
            var jobs = SqueueOutput.ReadAsync(new TrickleReader(answer, piece), SlurmFixture.Token).ToBlockingEnumerable().ToList();
            return jobs.Count == 2 && jobs.All(job => job.Name == name && job.Comment == "c" + comment && job.WorkFolder == "/" + folder);
        }, iter: 300);
    }

    [Fact]
    public async Task A_name_longer_than_any_buffer_arrives_whole()
    {
        var name = string.Concat(Enumerable.Repeat("né|\n", 50_000));
        var jobs = await SlurmFixture.SqueueAsync(SlurmFixture.Frame(new SqueueRecord { Name = name }.Fields, new SqueueRecord { Id = "8", Name = new('n', 4096) }.Fields));
        Assert.Equal([name, new('n', 4096)], jobs.Select(static job => job.Name));
    }

    [Fact]
    public void Asks_for_whole_fields_that_end_with_the_token()
    {
        var arguments = SqueueOutput.ArgumentsOf(SlurmFixture.Token);
        Assert.Equal(["--noheader", "--noconvert", "--Format"], arguments.Take(3));
        var fields = arguments[3].Split(',');
        Assert.Equal(new SqueueRecord().Fields.Length, fields.Length);
        Assert.All(fields, static field => Assert.EndsWith(":0~t0k3nt0k3n~", field, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("comma,comma,")]
    [InlineData("new\nline1234")]
    public void A_token_that_could_be_text_is_refused(string token) =>
        Assert.Equal("InvalidSlurmToken", Assert.Throws<GpuOpsException>(() => new SlurmFraming(token)).Id);

    [Fact]
    public void No_two_queries_share_a_token() => Assert.NotEqual(SlurmFraming.Random().Delimiter, SlurmFraming.Random().Delimiter);

    [Fact]
    public async Task The_texts_that_repeat_are_one_string()
    {
        var jobs = await SlurmFixture.SqueueAsync(SlurmFixture.Frame(new SqueueRecord().Fields, new SqueueRecord { Id = "8" }.Fields));
        Assert.Same(jobs[0].User, jobs[1].User);
        Assert.Same(jobs[0].WorkFolder, jobs[1].WorkFolder);
        Assert.Same(jobs[0].GpuTypes, jobs[1].GpuTypes);
    }
}

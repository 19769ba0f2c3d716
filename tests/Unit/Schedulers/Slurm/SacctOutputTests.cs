using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SacctOutputTests
{
    [Fact]
    public async Task Reads_what_sacct_printed_and_folds_steps_into_their_jobs()
    {
        var jobs = (await SlurmFixture.SacctAsync(SlurmFixture.Read("sacct-framed.txt"), SlurmFixture.Recorded)).ToDictionary(static job => job.Id.ToString());

        Assert.Equal(["1", "2_0", "2_1", "2_2", "2_3", "3+0", "3+1", "5", "6", "7"], jobs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a|b\tc\nd 2;x,y ünï", jobs["1"].Name);
        Assert.Equal("c\n   StdOut=/evil\n\nJobId=77 JobName=x", jobs["7"].Comment);
        Assert.Equal((3, null, SlurmJobState.Failed), (jobs["5"].ExitCode, jobs["5"].Signal, jobs["5"].State));
        Assert.Equal((null, 9, SlurmJobState.Failed), (jobs["6"].ExitCode, jobs["6"].Signal, jobs["6"].State));
        Assert.Equal(new Dictionary<string, int> { ["a100"] = 2 }, jobs["2_0"].GpuTypes);
        Assert.Equal((2, "10M", 0), (jobs["2_0"].Gpus, jobs["3+0"].Memory, jobs["3+0"].Gpus));
        Assert.Equal((SlurmFixture.Local(1795582614), SlurmFixture.Local(1795582814)), (jobs["3+1"].StartTime, jobs["3+1"].EndTime));
        Assert.Equal(("rig", "cpu01", "/tmp/slurmx"), (jobs["7"].Cluster, jobs["7"].Nodes, jobs["7"].WorkFolder));
        Assert.Null(jobs["1"].EndTime);
    }

    [Fact]
    public async Task An_administrators_cancellation_keeps_who_it_was()
    {
        var job = Assert.Single(await SlurmFixture.SacctAsync(SlurmFixture.Frame(Record("9", "CANCELLED by 1001", "0:0"))));
        Assert.Equal((SlurmJobState.Cancelled, "CANCELLED by 1001", true), (job.State, job.StateText, job.IsFinished));
    }

    [Theory]
    [InlineData("COMPLETED", "0:0", "0:0", 0, null)]
    [InlineData("FAILED", "3:0", "0:0", 3, null)]
    [InlineData("FAILED", "0:9", "0:0", null, 9)]
    [InlineData("FAILED", "1:9", "0:0", 1, 9)]
    [InlineData("FAILED", "0:0", "2:0", 2, null)]
    [InlineData("TIMEOUT", "0:15", "0:0", null, 15)]
    [InlineData("TIMEOUT", "0:0", "0:0", null, null)]
    [InlineData("NODE_FAIL", "0:0", "0:0", null, null)]
    [InlineData("PREEMPTED", "0:0", "0:0", null, null)]
    [InlineData("CANCELLED by 0", "0:0", "0:0", null, null)]
    [InlineData("RUNNING", "0:0", "0:0", null, null)]
    [InlineData("REQUEUED", "1:0", "0:0", null, null)]
    public async Task Exit_code_0_is_success_and_nothing_else(string state, string exit, string worstStep, int? code, int? signal)
    {
        var job = Assert.Single(await SlurmFixture.SacctAsync(SlurmFixture.Frame(Record("9", state, exit, worstStep: worstStep))));
        Assert.Equal((code, signal), (job.ExitCode, job.Signal));
    }

    [Fact]
    public async Task Memory_that_ran_out_in_a_step_is_the_reason()
    {
        var jobs = await SlurmFixture.SacctAsync(SlurmFixture.Frame(
            Record("9", "FAILED", "0:9"), Record("9.batch", "OUT_OF_MEMORY", "0:125"), Record("9.extern", "COMPLETED", "0:0"), Record("10", "COMPLETED", "0:0")));
        Assert.Equal([("9", "OutOfMemory"), ("10", "")], jobs.Select(static job => (job.Id.ToString(), job.Reason)));
    }

    [Fact]
    public async Task A_waiting_job_tells_what_it_wants_and_a_refused_one_had_nothing()
    {
        var jobs = await SlurmFixture.SacctAsync(SlurmFixture.Frame(
            Record("9", "PENDING", "0:0", allocated: "", nodes: "None assigned"), Record("10", "FAILED", "1:0", allocated: "", nodes: "None assigned")));
        Assert.Equal([(3, ""), (0, "")], jobs.Select(static job => (job.Gpus!.Value, job.Nodes)));
        Assert.Null(jobs[0].ExitCode);
        Assert.Equal(1, jobs[1].ExitCode);
    }

    [Fact]
    public void Asks_for_a_delimiter_behind_the_last_field_too()
    {
        var arguments = SacctOutput.ArgumentsOf(SlurmFixture.Token);
        Assert.Equal(["--noheader", "--noconvert", "--parsable", "--delimiter=~t0k3nt0k3n~", "--format"], arguments.Take(5));
        Assert.Equal(Record("1", "", "").Length, arguments[5].Split(',').Length);
    }

    private static string[] Record(string id, string state, string exit, string allocated = "cpu=1,gres/gpu=3,mem=1000M", string nodes = "gpu01", string worstStep = "0:0") =>
    [
        id, "n|\nm", "ada", "physics", "gpu", "normal", state, exit, worstStep, "None", nodes, "1", "1", allocated,
        "cpu=1,gres/gpu=3,mem=1000M", "1000M", "1795582613", "Unknown", "Unknown", "00:00:00", "00:10:00", "5", "/w", "", "rig",
    ];
}

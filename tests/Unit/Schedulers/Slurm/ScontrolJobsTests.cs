using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class ScontrolJobsTests
{
    [Fact]
    public void Reads_a_finished_job()
    {
        var job = Assert.Single(ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-1.txt")));

        Assert.Equal(("1", "envjob", "root", "gpu", "normal"), (job.Id.ToString(), job.Name, job.User, job.Partition, job.Qos));
        Assert.Equal((SlurmJobState.Completed, 0, null), (job.State, job.ExitCode, job.Signal));
        Assert.Equal(("/srv/slurm/jobs/e-1.out", "/srv/slurm/jobs/e-1.out"), (job.OutputPath, job.ErrorPath));
        Assert.Equal(("/srv/slurm/jobs", "/srv/slurm/jobs/envjob.sh"), (job.WorkFolder, job.Command));
        Assert.Equal(("gpu01", 1, 2, "1000Mc", 0), (job.Nodes, job.Cpus, job.Gpus, job.Memory, job.RestartCount));
        Assert.Equal(TimeSpan.FromMinutes(10), job.TimeLimit);
        Assert.Equal(new DateTime(2026, 11, 23, 7, 37, 31, DateTimeKind.Local), job.EndTime);
    }

    [Fact]
    public void Reads_the_tasks_of_an_array()
    {
        var jobs = ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-live-10.txt"), SlurmJobId.Parse("10"));
        Assert.Equal(["10_[3-9%3]", "10_2", "10_1", "10_0"], jobs.Select(static job => job.Id.ToString()));
        Assert.Equal("/srv/slurm/jobs/o-10_2.out", jobs[1].OutputPath);
        Assert.Equal("10_1", Assert.Single(ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-live-10.txt"), SlurmJobId.Parse("10_1"))).Id.ToString());
    }

    [Fact]
    public void Details_name_the_gpus_of_each_node()
    {
        var job = Assert.Single(ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-live-d.txt")));
        Assert.Equal(new Dictionary<string, int> { ["a100"] = 8 }, job.GpuTypes);
        Assert.Equal([3, 4, 5, 6], job.NodeGres["gpu02"].Single().Index);
        Assert.Equal([0, 1, 2, 3], job.NodeGres["gpu03"].Single().Index);
    }

    [Theory]
    [InlineData("scontrol-show-job-failed.txt", "1", SlurmJobState.Failed, 4, 0)]
    [InlineData("scontrol-show-job-cancelled.txt", "15", SlurmJobState.Cancelled, null, 3)]
    [InlineData("scontrol-show-job-requeued.txt", "3", SlurmJobState.Pending, null, 8)]
    [InlineData("scontrol-show-job-live-14.txt", "14", SlurmJobState.Pending, null, 0)]
    public void Reads_states_and_exit_codes(string file, string id, SlurmJobState state, int? exitCode, int gpus)
    {
        var job = Assert.Single(ScontrolJobs.Parse(SlurmFixture.Read(file)));
        Assert.Equal((id, state, exitCode, gpus), (job.Id.ToString(), job.State, job.ExitCode, job.Gpus ?? 0));
    }

    [Fact]
    public void Reads_types_restarts_limits_and_comments()
    {
        Assert.Equal(["a100"], ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-cancelled.txt"))[0].GpuTypes.Keys);
        Assert.Equal(1, ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-requeued.txt"))[0].RestartCount);
        var held = ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-live-14.txt"))[0];
        Assert.Equal(("clx:abc", "JobHeldUser", 0L), (held.Comment, held.Reason, held.Priority));
        Assert.Null(held.TimeLimit);
        Assert.Null(held.StartTime);
    }

    [Fact]
    public void Reads_the_parts_of_a_heterogeneous_job()
    {
        var jobs = ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-het.txt"));
        Assert.Equal(["16+0", "16+1"], jobs.Select(static job => job.Id.ToString()));
        Assert.All(jobs, static job => Assert.Equal("het", job.Name));
    }

    [Fact]
    public void A_name_and_a_comment_may_have_lines()
    {
        var job = Assert.Single(ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-newline.txt")));
        Assert.Equal(("a|b\tc\nd 2;x,y ünï", "co\nmm|ent 1|x"), (job.Name, job.Comment));
        Assert.Equal("/tmp/slurmx/o-15.out", job.OutputPath);
    }

    [Fact]
    public void A_users_text_that_imitates_keys_is_believed_in_nothing()
    {
        var job = Assert.Single(ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-job-forged.txt"), SlurmJobId.Parse("18")));
        Assert.Equal((SlurmJobState.Unknown, "", ""), (job.State, job.StateText, job.User));
        Assert.NotEqual("/evil", SlurmJobMerge.Fill(new SlurmJob { Id = job.Id, OutputPath = "/real" }, job).OutputPath);
        Assert.Equal("cpu", job.Partition);
    }

    [Fact]
    public void A_complaint_is_no_job() => Assert.Empty(ScontrolJobs.Parse(SlurmFixture.Read("scontrol-show-invalid.txt")));
}

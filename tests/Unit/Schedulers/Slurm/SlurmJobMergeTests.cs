using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmJobMergeTests
{
    [Fact]
    public async Task One_job_for_each_id_of_the_recorded_answers()
    {
        var live = await SlurmFixture.SqueueAsync(SlurmFixture.Read("squeue-framed.txt"), SlurmFixture.Recorded);
        var accounted = await SlurmFixture.SacctAsync(SlurmFixture.Read("sacct-framed.txt"), SlurmFixture.Recorded);
        var jobs = SlurmJobMerge.Combine(live, accounted);
        Assert.Equal(live.Select(static job => job.Id), jobs.Select(static job => job.Id));
        Assert.All(jobs.Zip(live), static pair => Assert.Equal((pair.Second.State, pair.Second.OutputPath), (pair.First.State, pair.First.OutputPath)));
    }

    [Fact]
    public void The_accounting_tells_of_jobs_the_controller_forgot()
    {
        var jobs = SlurmJobMerge.Combine([Job("5", SlurmJobState.Running)], [Job("4", SlurmJobState.NodeFail), Job("4", SlurmJobState.Completed)]);
        Assert.Equal([("5", SlurmJobState.Running), ("4", SlurmJobState.Completed)], jobs.Select(static job => (job.Id.ToString(), job.State)));
    }

    [Fact]
    public void A_requeued_job_is_not_finished_by_the_accounting()
    {
        var before = Job("5", SlurmJobState.Failed) with { ExitCode = 3, EndTime = DateTime.Now, Nodes = "gpu01", Reason = "NonZeroExitCode" };
        var job = Assert.Single(SlurmJobMerge.Combine([Job("5", SlurmJobState.Pending)], [before]));
        Assert.Equal((SlurmJobState.Pending, "", ""), (job.State, job.Nodes, job.Reason));
        Assert.Null(job.ExitCode);
        Assert.Null(job.EndTime);
    }

    [Fact]
    public void The_accounting_adds_who_cancelled_and_how_it_ended()
    {
        var live = Job("5", SlurmJobState.Cancelled) with { StateText = "CANCELLED" };
        var accounted = Job("5", SlurmJobState.Cancelled) with { StateText = "CANCELLED by 1001", Signal = 15, Account = "physics" };
        var job = Assert.Single(SlurmJobMerge.Combine([live], [accounted]));
        Assert.Equal(("CANCELLED by 1001", 15, "physics"), (job.StateText, job.Signal, job.Account));
    }

    [Fact]
    public void The_parts_of_a_heterogeneous_job_are_no_jobs_beside_it()
    {
        var jobs = SlurmJobMerge.Combine(
            [Job("5+0", SlurmJobState.Cancelled), Job("5+1", SlurmJobState.Cancelled)], [Job("5", SlurmJobState.Cancelled), Job("5+0", SlurmJobState.Cancelled)]);
        Assert.Equal(["5+0", "5+1"], jobs.Select(static job => job.Id.ToString()));
    }

    [Fact]
    public void Tasks_the_controller_has_split_are_not_listed_twice()
    {
        var jobs = SlurmJobMerge.Combine(
            [Job("7_[5-9]", SlurmJobState.Pending), Job("7_4", SlurmJobState.Running)],
            [Job("7_[3-9%2]", SlurmJobState.Pending), Job("7_3", SlurmJobState.Completed), Job("8_[1-2]", SlurmJobState.Pending)]);
        Assert.Equal(["7_[5-9]", "7_4", "7_3", "8_[1-2]"], jobs.Select(static job => job.Id.ToString()));
    }

    [Fact]
    public void A_task_the_accounting_has_under_its_arrays_number_is_not_listed_twice()
    {
        var jobs = SlurmJobMerge.Combine([Job("2_3", SlurmJobState.Running), Job("2_1", SlurmJobState.Failed)], [Job("2", SlurmJobState.Failed), Job("2_1", SlurmJobState.Failed)]);
        Assert.Equal(["2_3", "2_1"], jobs.Select(static job => job.Id.ToString()));
    }

    [Fact]
    public void Types_from_the_details_are_better_than_none()
    {
        var job = SlurmJobMerge.Fill(
            Job("5", SlurmJobState.Running) with { Gpus = 2, GpuTypes = new Dictionary<string, int> { [SlurmGpus.AnyType] = 2 } },
            Job("5", SlurmJobState.Running) with { Gpus = 2, GpuTypes = new Dictionary<string, int> { ["a100"] = 2 } });
        Assert.Equal(["a100"], job.GpuTypes.Keys);
    }

    private static SlurmJob Job(string id, SlurmJobState state) => new() { Id = SlurmJobId.Parse(id), State = state, StateText = SlurmJobStates.WordOf(state) };
}

using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmClusterReportsTests
{
    private static readonly SlurmJob[] Jobs =
    [
        Job("1", "ann", SlurmJobState.Running, 8, "gpu01"),
        Job("2_3", "bob", SlurmJobState.Running, 2, "gpu02"),
        Job("2_[4-9%1]", "bob", SlurmJobState.Pending, 2, ""),
        Job("3", "cyd", SlurmJobState.Pending, null, ""),
        Job("4", "ann", SlurmJobState.Completing, 1, "gpu02"),
        Job("5", "dan", SlurmJobState.Completed, 4, "gpu03"),
    ];

    [Fact]
    public void Each_waiting_task_of_an_array_counts() => Assert.Equal(
        ["7 Pending (12 GPUs)", "2 Running (10 GPUs)", "1 Completed (4 GPUs)", "1 Completing (1 GPUs)"],
        SlurmClusterReports.ByState(Jobs).Select(static state => state.ToString()));

    [Fact]
    public void Users_come_by_the_GPUs_they_have_and_what_is_over_counts_for_nothing() => Assert.Equal(
        [new("ann", 2, 9, 0, 0), new("bob", 1, 2, 6, 12), new SlurmUserUsage("cyd", 0, 0, 1, 0)],
        SlurmClusterReports.ByUser(Jobs));

    private static SlurmJob Job(string id, string user, SlurmJobState state, int? gpus, string nodes) =>
        new() { Id = SlurmJobId.Parse(id), User = user, State = state, Gpus = gpus, Nodes = nodes };
}

using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmLogFilesTests
{
    private static readonly SlurmJob Running = new() { Id = SlurmJobId.Parse("7"), State = SlurmJobState.Running, OutputPath = "/w/7.out", ErrorPath = "/w/7.err" };

    private static readonly SlurmJob Forgotten = new() { Id = SlurmJobId.Parse("7_2"), State = SlurmJobState.Completed };

    [Fact]
    public void Output_and_errors_are_two_files_or_one()
    {
        Assert.Equal([("/w/7.out", GpuJobLogKind.Output), ("/w/7.err", GpuJobLogKind.Error)], Of(Running, GpuJobLogKind.All));
        Assert.Equal([("/w/7.err", GpuJobLogKind.Error)], Of(Running, GpuJobLogKind.Error));
        Assert.Equal([("/w/7.out", GpuJobLogKind.Output)], Of(Running with { ErrorPath = "/w/7.out" }, GpuJobLogKind.All));
        Assert.Equal([("/w/7.out", GpuJobLogKind.Output)], Of(Running with { ErrorPath = "/w/7.out" }, GpuJobLogKind.Error));
    }

    [Fact]
    public void What_goes_to_nowhere_is_left_out_and_all_of_it_is_an_error()
    {
        Assert.Equal([("/w/7.err", GpuJobLogKind.Error)], Of(Running with { OutputPath = "/dev/null" }, GpuJobLogKind.All));
        Assert.Equal("SlurmLogDiscarded", Assert.Throws<GpuOpsException>(() => Of(Running with { OutputPath = "/dev/null" }, GpuJobLogKind.Output)).Id);
    }

    [Fact]
    public void A_forgotten_job_is_looked_for_where_it_was_or_where_Slurm_writes_by_default()
    {
        Assert.Equal("SlurmLogUnknown", Assert.Throws<GpuOpsException>(() => Of(Forgotten, GpuJobLogKind.All)).Id);
        Assert.Equal([("/w/slurm-7_2.out", GpuJobLogKind.Output)], Of(Forgotten with { WorkFolder = "/w" }, GpuJobLogKind.All));
        Assert.Equal(
            [("/w/mine.out", GpuJobLogKind.Output)],
            SlurmLogFiles.Of(Forgotten with { WorkFolder = "/w" }, new SlurmLogTarget(Forgotten.Id, "/w/mine.out"), GpuJobLogKind.All));
    }

    [Fact]
    public void A_path_with_the_node_in_it_is_not_known_before_the_job_has_one() =>
        Assert.Empty(Of(Running with { OutputPath = "/w/%N.out" }, GpuJobLogKind.All));

    private static IReadOnlyList<(string Path, GpuJobLogKind Kind)> Of(SlurmJob job, GpuJobLogKind kind) => SlurmLogFiles.Of(job, new SlurmLogTarget(job.Id), kind);
}

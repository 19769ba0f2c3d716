using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmLogPathTests
{
    [Theory]
    [InlineData("/w/%j.out", "10", "10", "/w/10.out")]
    [InlineData("/w/%A_%a.out", "2_3", "11", "/w/2_3.out")]
    [InlineData("/w/%j.out", "2_3", "11", "/w/11.out")]
    [InlineData("/w/%A_%a.out", "10", "10", "/w/10_4294967294.out")]
    [InlineData("/w/%4a-%x-%u-%N", "2_3", "11", "/w/0003-train-ada-gpu01")]
    [InlineData("/w/%20j", "10", "10", "/w/0000000010")]
    [InlineData("/w/100%%", "10", "10", "/w/100%")]
    [InlineData("/w/\\%j", "10", "10", "/w/%j")]
    [InlineData("/w/%J", "10", "10", "/w/%J")]
    [InlineData("/w/%", "10", "10", "/w/%")]
    [InlineData("/w/%A_%a.out", "2_[3-5]", "2", "/w/%A_%a.out")]
    [InlineData("/w/slurm-11.out", "2_3", "11", "/w/slurm-2_3.out")]
    [InlineData("/w/slurm-10.out", "10", "10", "/w/slurm-10.out")]
    [InlineData("", "10", "10", "")]
    public void Fills_in_what_is_known(string pattern, string id, string rawId, string path) =>
        Assert.Equal(path, SlurmLogPath.Expand(pattern, new(SlurmJobId.Parse(id), rawId, "train", "ada", "gpu[01-02]", "/w")));

    [Fact]
    public void A_waiting_job_has_no_node_to_name() =>
        Assert.Equal("/w/%N", SlurmLogPath.Expand("/w/%N", new(SlurmJobId.Parse("10"), "10", "train", "ada", "", "/w")));
}

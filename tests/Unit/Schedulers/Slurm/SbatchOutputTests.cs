using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SbatchOutputTests
{
    [Theory]
    [InlineData("29\n", "29")]
    [InlineData("29;rig\n", "29;rig")]
    [InlineData("Submitted batch job 29\n", "29")]
    [InlineData("Submitted batch job 29 on cluster rig\n", "29;rig")]
    [InlineData("Welcome\r\n1000\r\nCharging project physics: 12 hours\r\n29;rig\r\n\r\n", "29;rig")]
    [InlineData("29\nYour quota: 12%\n", "29")]
    public void Finds_the_id(string text, string id) => Assert.Equal(SlurmJobId.Parse(id), SbatchOutput.ParseJobId(text));

    [Theory]
    [InlineData("sbatch-cluster.txt", "29;rig")]
    [InlineData("sbatch-baddep.txt", "27")]
    [InlineData("sbatch-gpus2.txt", "1")]
    [InlineData("sbatch-timelimit.txt", "28")]
    public void Finds_the_id_in_what_sbatch_printed(string file, string id) => Assert.Equal(SlurmJobId.Parse(id), SbatchOutput.ParseJobId(SlurmFixture.Read(file)));

    [Theory]
    [InlineData("")]
    [InlineData("12%\n")]
    [InlineData("Submitted batch job\n")]
    [InlineData("Submitted batch job twelve\n")]
    [InlineData("1.5\n29_4\n")]
    public void Without_an_id_it_is_not_known_whether_there_is_a_job(string text) => Assert.Null(SbatchOutput.ParseJobId(text));
}

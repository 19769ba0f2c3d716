using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmComplaintsTests
{
    [Theory]
    [InlineData("sbatch-badpart.txt", SlurmTrouble.Refused, "invalid partition specified: nope\nBatch job submission failed: Invalid partition name specified")]
    [InlineData("sbatch-toomany.txt", SlurmTrouble.Refused, "Batch job submission failed: Requested node configuration is not available")]
    [InlineData("sbatch-badopt.txt", SlurmTrouble.Refused, "unrecognized option '--nope'")]
    [InlineData("sbatch-ctld-down.txt", SlurmTrouble.ControllerAway, "Batch job submission failed: Unable to contact slurm controller (connect failure)")]
    [InlineData("squeue-ctld-down.txt", SlurmTrouble.ControllerAway, "Unable to contact slurm controller (connect failure)")]
    [InlineData("squeue-invalid.txt", SlurmTrouble.UnknownJob, "Invalid job id specified")]
    [InlineData("scontrol-show-invalid.txt", SlurmTrouble.UnknownJob, "Invalid job id specified")]
    [InlineData("sacct-no-accounting.txt", SlurmTrouble.AccountingOff, "Slurm accounting storage is disabled")]
    public void Keeps_Slurms_words(string file, SlurmTrouble trouble, string message)
    {
        var complaint = SlurmComplaints.Read("Welcome: have fun\n" + SlurmFixture.Read(file));
        Assert.Equal(new SlurmComplaint(trouble, message), complaint);
    }

    [Theory]
    [InlineData("sacct: error: slurm_persist_conn_open_without_init: failed to open persistent connection to host:127.0.0.1:26819: Connection refused\nsacct: error: Sending PersistInit msg: Connection refused\nsacct: error: Problem talking to the database: Connection refused", SlurmTrouble.AccountingAway)]
    [InlineData("slurm_load_partitions error: Connection reset by peer", SlurmTrouble.ControllerAway)]
    [InlineData("slurm_load_jobs error: Connection reset by peer", SlurmTrouble.ControllerAway)]
    [InlineData("slurm_load_node error: Transport endpoint is not connected", SlurmTrouble.ControllerAway)]
    [InlineData("slurm_msg_sendto: address:port=127.0.0.1:19253 msg_type=2009: Unexpected missing socket error\nslurm_load_partitions error: Unexpected missing socket error", SlurmTrouble.ControllerAway)]
    [InlineData("scancel: error: Kill job error on job id 2: Access/permission denied", SlurmTrouble.NotAllowed)]
    [InlineData("slurm_update error: Invalid user id", SlurmTrouble.NotAllowed)]
    [InlineData("bash: sbatch: command not found", SlurmTrouble.Refused)]
    public void Tells_troubles_apart(string text, SlurmTrouble trouble) => Assert.Equal(trouble, SlurmComplaints.Read(text).Trouble);

    [Fact]
    public void A_site_plugins_words_are_kept() => Assert.Equal(
        "You must name an account: -A NAME\nBatch job submission failed: Unspecified error",
        SlurmComplaints.Read("sbatch: error: You must name an account: -A NAME\nsbatch: error: Batch job submission failed: Unspecified error\n").Message);

    [Fact]
    public void What_Slurm_did_not_say_is_told_whole() => Assert.Equal("csh: Permission denied.", SlurmComplaints.Read("csh: Permission denied.\n").Message);

    [Fact]
    public void Silence_is_an_empty_complaint() => Assert.Equal(new SlurmComplaint(SlurmTrouble.Refused, ""), SlurmComplaints.Read(""));
}

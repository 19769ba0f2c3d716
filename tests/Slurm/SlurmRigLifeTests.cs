using GpuOps.Rigs;

namespace GpuOps.SlurmTests;

/// <summary>Rigs live beside each other and leave nothing behind.</summary>
public sealed class SlurmRigLifeTests
{
    [Fact]
    public async Task Two_rigs_at_once_know_nothing_of_each_other()
    {
        SlurmCluster.Need();
        var starting = Enumerable.Range(0, 2).Select(_ => SlurmRig.StartAsync(new SlurmRigOptions { Accounting = false })).ToArray();
        await using var first = await starting[0];
        await using var second = await starting[1];
        Assert.Equal(0, (await first.RunAsync("sbatch", "--hold", "--wrap=true")).ExitCode);
        Assert.NotEmpty((await first.RunAsync("squeue", "-h")).Output);
        Assert.Empty((await second.RunAsync("squeue", "-h")).Output);
        Assert.Equal(1, (await first.RunAsync("sacct")).ExitCode);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_rig_and_its_jobs()
    {
        SlurmCluster.Need();
        var rig = await SlurmRig.StartAsync(new SlurmRigOptions { Accounting = false });
        try
        {
            // A job that left Slurm's care: its parent is gone, and its environment names no rig.
            await rig.RunAsync("sbatch", "--wrap=setsid sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 600' & exec sleep 600");
            await rig.UntilAsync("the job runs", static result => result.ExitCode == 0, "test", "-s", "pid");
        }
        finally
        {
            var pid = await File.ReadAllTextAsync(Path.Combine(rig.WorkFolder, "pid"), TestContext.Current.CancellationToken);
            await rig.DisposeAsync();
            Assert.False(IsAlive(pid.Trim()));
            Assert.False(Directory.Exists(rig.Folder));
        }
    }

    private static bool IsAlive(string pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status").Any(line => line.StartsWith("State:", StringComparison.Ordinal) && !line.Contains('Z', StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }
}

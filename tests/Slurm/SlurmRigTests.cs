using GpuOps.Rigs;

namespace GpuOps.SlurmTests;

/// <summary>The rig is a real cluster.</summary>
public sealed class SlurmRigTests(SlurmCluster cluster)
{
    private SlurmRig Rig => cluster.Rig;

    [Fact]
    public async Task A_job_gets_the_GPUs_it_asked_for_and_is_kept_in_the_accounting()
    {
        var job = await SubmitAsync("--gpus=2", "--output=gpus.txt", "--wrap=echo $CUDA_VISIBLE_DEVICES");
        Assert.Equal("COMPLETED", await AccountedAsync(job));
        var devices = (await File.ReadAllTextAsync(Path.Combine(Rig.WorkFolder, "gpus.txt"), TestContext.Current.CancellationToken)).Trim().Split(',');
        Assert.Equal(2, devices.Distinct().Count());
        Assert.All(devices, device => Assert.InRange(int.Parse(device, null), 0, 7));
        Assert.Contains("gres/gpu=2", (await RunAsync("sacct", "-nXP", "-j", job, "--format=AllocTRES")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_of_another_user_runs_as_that_user()
    {
        var (exitCode, output, errors) = await Rig.RunAsUserAsync("sbatch", "--parsable", "--output=user.txt", "--wrap=id -un");
        Assert.True(exitCode == 0, errors);
        Assert.Equal("COMPLETED", await AccountedAsync(output.Trim()));
        Assert.Equal($"{RigUser.Name}\n", await File.ReadAllTextAsync(Path.Combine(Rig.WorkFolder, "user.txt"), TestContext.Current.CancellationToken));
        Assert.Equal($"{RigUser.Name}|rig\n", (await RunAsync("sacct", "-nXP", "-j", output.Trim(), "--format=User,Account")).Output);
    }

    [Fact]
    public async Task A_cancelled_job_ends()
    {
        var job = await SubmitAsync("--wrap=exec sleep 600");
        await StateAsync(job, "RUNNING");
        await RunAsync("scancel", job);
        await StateAsync(job, "CANCELLED");
        Assert.StartsWith("CANCELLED", await AccountedAsync(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_was_killed_knows_its_queue_when_it_is_back()
    {
        var running = await SubmitAsync("--wrap=exec sleep 600");
        var held = await SubmitAsync("--hold", "--wrap=true");
        await StateAsync(running, "RUNNING");
        await Rig.SaveControllerAsync();
        await Rig.StopControllerAsync();
        Assert.NotEqual(0, (await Rig.RunAsync("timeout", "2", "squeue")).ExitCode);
        await Rig.StartControllerAsync();
        await StateAsync(running, "RUNNING");
        await StateAsync(held, "PENDING");
        await RunAsync("scancel", running, held);
    }

    [Fact]
    public async Task Accounting_that_was_killed_keeps_what_it_had_and_hears_what_it_missed()
    {
        var before = await SubmitAsync("--wrap=true");
        await AccountedAsync(before);
        await Rig.StopAccountingAsync();
        var (exitCode, _, errors) = await Rig.RunAsync("sacct", "-j", before);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Connection refused", errors, StringComparison.Ordinal);
        var meanwhile = await SubmitAsync("--wrap=true");
        await Rig.StartAccountingAsync();
        Assert.Equal("COMPLETED", await AccountedAsync(before));
        Assert.Equal("COMPLETED", await AccountedAsync(meanwhile));
    }

    [Fact]
    public async Task A_node_that_loses_power_takes_its_jobs_with_it()
    {
        var job = await SubmitAsync("--nodelist=gpu04", "--no-requeue", "--wrap=exec sleep 600");
        await StateAsync(job, "RUNNING");
        await Rig.StopNodeAsync("gpu04");
        await StateAsync(job, "NODE_FAIL");
        await Rig.StartNodeAsync("gpu04");
        Assert.Equal("NODE_FAIL", await AccountedAsync(job));
    }

    private async Task<string> SubmitAsync(params string[] arguments) =>
        (await RunAsync(["sbatch", "--parsable", .. arguments])).Output.Trim();

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] argv)
    {
        var result = await Rig.RunAsync(argv);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', argv)}: {result.Errors}");
        return result;
    }

    private Task<string> StateAsync(string job, string state) =>
        Rig.UntilAsync($"job {job} is {state}", result => result.Output.Trim() == state, "squeue", "--states=all", "-h", "-j", job, "-o", "%T");

    /// <summary>The state in which the accounting has it, once that is final.</summary>
    private async Task<string> AccountedAsync(string job) =>
        (await Rig.UntilAsync($"the accounting has the end of job {job}", result => result.Output.Trim() is not ("" or "PENDING" or "RUNNING"),
            "sacct", "-nXP", "-j", job, "--format=State")).Trim();
}

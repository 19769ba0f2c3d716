using System.Diagnostics;
using GpuOps.Channels;
using GpuOps.Schedulers.Slurm;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>What following logs does when the host of the files is short of something.</summary>
public sealed class SlurmJobLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_that_fails_as_a_whole_is_tried_again()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("1.out", "all of it\n");
        var looks = 0;
        SqueueRecord job = new() { Id = "1", State = "RUNNING", Output = file };
        await using var cluster = new PlayedCluster
        {
            Jobs = [job],
            Other = command => command.Arguments[0] != "/bin/sh" ? new CommandResult(0, [], [])
                : ++looks == 2 ? new CommandResult(2, [], "sh: 1: Cannot fork\n"u8.ToArray()) : Done(command),
        };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("test"));
        List<string?> troubles = [];
        using var read = new MemoryStream();
        var quick = TimeSpan.FromMilliseconds(10);
        await new SlurmJobLog(scheduler, new SlurmLogOptions { Follow = true, Interval = quick, JobInterval = quick, Settling = quick, Timeout = TimeSpan.FromMinutes(1) }, TimeProvider.System).RunAsync(
            [new SlurmLogTarget(SlurmJobId.Parse("1"))],
            async (piece, token) => await read.WriteAsync(piece.Bytes, token),
            static (id, fault) => Assert.Fail($"{id}: {fault.Message}"),
            progress =>
            {
                troubles.Add(progress.Trouble);
                if (looks > 2) cluster.Jobs = [job with { State = "COMPLETED" }];
            },
            Token);
        Assert.Equal("all of it\n"u8.ToArray(), read.ToArray());
        Assert.Contains("Cannot fork", Assert.Single(troubles.OfType<string>()), StringComparison.Ordinal);
    }

    /// <summary>Runs the look on this host.</summary>
    private static CommandResult Done(ChannelCommand command)
    {
        using var shell = Process.Start(new ProcessStartInfo(command.Arguments[0], command.Arguments.Skip(1)) { RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        shell.StandardOutput.BaseStream.CopyTo(output);
        shell.WaitForExit();
        return new CommandResult(shell.ExitCode, output.ToArray(), []);
    }
}

using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>How soon Ctrl+C ends a command that waits for a cluster, and what it leaves.</summary>
[Collection(Alone.Name)]
public sealed class SlurmStopTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const int Rounds = 7;

    /// <summary>The design's limit. On a busy machine a single stop may come later for the machine's sake, but not half of them.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly Store _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("$job | Wait-SlurmJob")]
    [InlineData("$job | Get-SlurmJobLog -Follow")]
    [InlineData("Wait-SlurmResource -MinGpu 32")]
    [InlineData("Watch-SlurmResource gpu")]
    [InlineData("Watch-SlurmCluster 1h")]
    [InlineData("$job | Watch-SlurmJob")]
    public void Ctrl_C_ends_a_command_that_waits_within_the_limit_and_leaves_the_job(string script)
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -Gpu 1 -AdditionalArgument --hold -OutputPath held.out -- sleep 600; $all = Submit-SlurmJob -Gpu 32 -AdditionalArgument --nodes=4 -OutputPath /dev/null -- sleep 600; $all | Wait-SlurmJob -State Running -Interval 1s -Timeout 1m -WarningAction Ignore").Clean();
        Assert.InRange(Median(() => Stop(session, script)), TimeSpan.Zero, Limit);
        Assert.Equal("Pending", session.Read("(Get-SlurmJob $job.Id).State").Single());
        session.Run("$job, $all | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void Ctrl_C_ends_the_wait_for_what_was_submitted_within_the_limit_and_the_job_goes_on()
    {
        using var session = Open();
        Assert.InRange(Median(() => Stop(session, "Submit-SlurmJob -Wait -Name kept -AdditionalArgument --hold -OutputPath /dev/null -- sleep 600")), TimeSpan.Zero, Limit);
        Assert.Equal(Enumerable.Repeat("Pending", Rounds), session.Read("(Get-SlurmJob -Name kept).State"));
        session.Run("Get-SlurmJob -Name kept | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void Ctrl_C_ends_a_command_whose_question_is_not_answered_within_the_limit()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_store.Folder, "silent")).FullName;
        var asked = Path.Combine(folder, "asked");
        File.WriteAllText(Path.Combine(folder, "squeue"), $"#!/bin/sh\ntouch {asked}\nsleep 600\n");
        Assert.Equal(0, Child.Run("chmod", "+x", Path.Combine(folder, "squeue")).ExitCode);
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), $"backends:\n  silent:\n    uri: 'slurm:'\n    commandFolder: {folder}\n");
        using var home = new Variables(("GPUOPS_CONFIG_HOME", _store.Folder));
        using var session = Open();
        Assert.InRange(
            Median(() =>
            {
                File.Delete(asked);
                using var running = session.Start("Get-SlurmJob -Backend silent");
                Wait.Until(() => File.Exists(asked), "the cluster is asked");
                return Stop(running);
            }),
            TimeSpan.Zero,
            Limit);
    }

    private static TimeSpan Stop(Session session, string script)
    {
        using var running = session.Start(script);
        Wait.Until(() => running.Streams.Progress.Count + running.Output.Count > 0, "it has begun");
        return Stop(running);
    }

    private static TimeSpan Stop(Running running)
    {
        var took = running.Stop();
        Assert.Equal(PSInvocationState.Stopped, running.State);
        return took;
    }

    private static TimeSpan Median(Func<TimeSpan> stop)
    {
        TimeSpan[] took = [.. Enumerable.Range(0, Rounds).Select(_ => stop()).Order()];
        TestContext.Current.SendDiagnosticMessage($"stopped after {string.Join(", ", took.Select(static one => $"{one.TotalMilliseconds:0}"))} ms");
        return took[Rounds / 2];
    }

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }
}

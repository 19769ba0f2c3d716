using System.Diagnostics;
using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>How soon Ctrl+C ends a command for jobs of the queue, and what it leaves.</summary>
[Collection(Alone.Name)]
public sealed class GpuJobStopTests : IDisposable
{
    private const int Rounds = 7;

    /// <summary>The design's limit. On a busy machine a single stop may come later for the machine's sake, but not half of them.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly JobQueue _queue = new();

    public void Dispose() => _queue.Dispose();

    [Theory]
    [InlineData("'begun'; $job | Wait-GpuJob")]
    [InlineData("'begun'; $job | Get-GpuJobLog -Follow")]
    [InlineData("$writer | Get-GpuJobLog -Follow")]
    public void Ctrl_C_ends_a_command_that_waits_within_the_limit_and_leaves_the_jobs(string script)
    {
        using var session = _queue.Open();
        session.Run("$job = Submit-GpuJob -Hold -- true; $writer = Submit-GpuJob -- sh -c 'echo begun; exec sleep 600'").Clean();
        Wait.Until(() => session.Read("($writer | Get-GpuJob).State").Single() == "Running", "it runs");
        Assert.InRange(Median(() => Stop(session, script)), TimeSpan.Zero, Limit);
        Assert.Equal(["Queued", "Running"], session.Read("$job, $writer | Get-GpuJob | ForEach-Object State"));
    }

    [Fact]
    public void Ctrl_C_ends_the_wait_for_what_was_submitted_within_the_limit_and_the_jobs_stay()
    {
        using var session = _queue.Open();
        Assert.InRange(Median(() => Stop(session, "Submit-GpuJob -Wait -Hold -Name kept -- true")), TimeSpan.Zero, Limit);
        Assert.Equal(Enumerable.Repeat("Queued", Rounds), session.Read("(Get-GpuJob -Name kept).State"));
    }

    [Fact]
    public void A_submission_that_a_stop_cuts_off_leaves_no_job()
    {
        var process = ReadProcess();
        Signal("STOP", process);
        using (var session = _queue.Open())
        {
            using var running = session.Start("Submit-GpuJob -Name lost -- touch ran");
            var clock = Stopwatch.StartNew();
            Wait.Until(() => clock.ElapsedMilliseconds > 300 || running.HasEnded, "it runs for a while");
            Assert.InRange(Stop(running), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            Signal("CONT", process);
        }

        // The session has closed, and so all that it left to be done is done.
        using var other = _queue.Open();
        Assert.Empty(other.Read("Get-GpuJob -Name lost"));
    }

    [Fact]
    public void A_stop_between_two_submissions_loses_no_job_that_nobody_heard_of()
    {
        using var session = _queue.Open();
        for (var round = 0; round < 5; round++)
        {
            using var running = session.Start("1..10000 | Submit-GpuJob -Hold -- echo");
            Wait.Until(() => running.Output.Count > 3 * round, "some came out");
            Stop(running);
            var heard = running.Output.Select(static job => (string)job.Properties["Id"].Value).ToList();
            Wait.Until(
                () => string.Join(' ', session.Read("Get-GpuJob -State Queued | ForEach-Object Id")),
                left => left == string.Join(' ', heard), "what came out is what waits");
            session.Run("Get-GpuJob -State Queued | Stop-GpuJob").Clean();
        }
    }

    private string ReadProcess()
    {
        using var session = _queue.Open();
        return session.Read("(Get-GpuServer).ProcessId").Single();
    }

    private static void Signal(string name, string process) => Assert.Equal(0, Child.Run("kill", $"-{name}", process).ExitCode);

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
        TestContext.Current.SendDiagnosticMessage($"stopped after {string.Join(", ", took.Select(static it => $"{it.TotalMilliseconds:0}"))} ms");
        return took[Rounds / 2];
    }
}

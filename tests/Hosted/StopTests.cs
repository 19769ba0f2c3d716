using System.Diagnostics;
using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Ctrl+C, and a later command that has enough.</summary>
public sealed class StopTests
{
    /// <summary>The design's limit is 200 ms; a busy machine gets some more. The measured time is in the test's output.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Fact]
    public void Stop_ends_a_waiting_request_at_once_and_leaves_nothing_in_line()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var other = Session.Open(store);
        session.Run("Request-GpuReservation -Duration 1h").Clean();
        for (var round = 0; round < 5; round++)
        {
            using var waiting = other.Start("Request-GpuReservation");
            Wait.Until(() => session.Read("Get-GpuQueue").Count == 1, "the request stands in line");
            var took = waiting.Stop();
            TestContext.Current.SendDiagnosticMessage($"stopped after {took.TotalMilliseconds:0} ms");
            Assert.InRange(took, TimeSpan.Zero, Limit);
            Assert.Equal(PSInvocationState.Stopped, waiting.State);
            Wait.Until(() => session.Read("Get-GpuQueue").Count == 0, "the request has left the line");
        }
    }

    [Fact]
    public void A_grant_that_meets_a_stop_is_given_back()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var other = Session.Open(store);
        for (var round = 0; round < 10; round++)
        {
            session.Run("$r = Request-GpuReservation -Duration 1h").Clean();
            using var waiting = other.Start("Request-GpuReservation -Duration 1h");
            Wait.Until(() => session.Read("Get-GpuQueue").Count == 1, "the request stands in line");
            using var release = session.Start("$r | Remove-GpuReservation");
            Wait.Until(() => release.HasEnded || round % 2 == 0, "now and then the grant has been made");
            waiting.Stop();
            release.Finish().Clean();
            Wait.Until(() => session.Read("Get-GpuQueue").Count == 0, "the request has left the line");
            var handedOut = waiting.Output.Select(it => (string)it.Properties["Id"].Value);
            Wait.Until(
                () => $"{string.Join(' ', session.Read("(Get-GpuReservation).Id"))}|{string.Join(' ', handedOut)}",
                seen => seen.Split('|') is [var reserved, var out_] && reserved == out_, "only what was handed out is reserved");
            session.Run("Get-GpuReservation | Remove-GpuReservation").Clean();
        }
    }

    [Fact]
    public void Stop_ends_every_cmdlet_that_waits_for_a_locked_store()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var locker = store.Lock();
        foreach (var script in new[] { "Request-GpuReservation", "Disable-Gpu 0 -Reason x", "Initialize-GpuPool -Count 3" })
        {
            using var running = session.Start(script);
            var clock = Stopwatch.StartNew();
            Wait.Until(() => clock.ElapsedMilliseconds > 100 || running.HasEnded, "it runs for a while");
            Assert.False(running.HasEnded, script);
            Assert.InRange(running.Stop(), TimeSpan.Zero, Limit);
        }
    }

    [Fact]
    public void A_later_command_that_has_enough_ends_the_earlier_one()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 4);
        Assert.Equal(["0"], session.Read("Get-GpuStatus | Select-First | ForEach-Object Id"));
        Assert.Equal(["Open"], session.Read("Test-GpuBackend | Select-First | ForEach-Object Step"));
        Assert.Single(session.Read("1..3 | ForEach-Object { Request-GpuReservation -Duration 1h } | Select-First"));
        Assert.Equal("1", session.Read("(Get-GpuPool).Reserved").Single());
    }

    [Fact]
    public void An_error_further_down_leaves_what_was_reserved_to_the_session()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        Assert.Equal("RuntimeException", session.Run("Request-GpuReservation | ForEach-Object { throw 'no' }").Ended!.Exception.GetType().Name);
        Assert.Equal("1", session.Read("(Get-GpuPool).Reserved").Single());
        session.Dispose();
        using var later = Session.Open(store);
        Assert.Equal("0", later.Read("(Get-GpuPool).Reserved").Single());
    }
}

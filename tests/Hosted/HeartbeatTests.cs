using System.Globalization;
using System.Management.Automation.Runspaces;
using System.Reflection;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>What keeps reservations alive, and what ends with the session.</summary>
[Collection(Alone.Name)]
public sealed class HeartbeatTests
{
    private const string Often = "heartbeat:\n  interval: 200ms\n  expiry: 3s\n";

    [Fact]
    public void A_thousand_reservations_take_one_background_runspace_and_one_write_a_beat()
    {
        using var store = new Store().Configure("heartbeat:\n  interval: 2s\n  expiry: 5m\n");
        using var session = Session.Open(store);
        session.Run("Initialize-GpuPool -Count 1000 -Provider Fake | Out-Null; for ($i = 0; $i -lt 1000; $i++) { Request-GpuReservation -NoWait | Out-Null }").Clean();
        Assert.Equal("1000", session.Read("(Get-GpuPool).Reserved").Single());
        Wait.Until(() => Heartbeats() == 1, "one background runspace");

        // All of one write have the same time; a beat may come while the reservations are still being made.
        var beats = Wait.Until(
            () => session.Read("Get-GpuReservation | ForEach-Object { $_.LastHeartbeat.Ticks }").Distinct().ToList(), it => it.Count == 1, "one write renews all");
        Assert.Single(beats);
        session.Dispose();
        Wait.Until(() => Heartbeats() == 0, "the background runspace ends with what it kept alive");
    }

    [Fact]
    public void Heartbeats_keep_a_reservation_past_its_lease()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 1);
        session.Run("$r = Request-GpuReservation").Clean();
        Wait.Until(
            () => session.Read("$now = Get-GpuReservation $r.Id; ($now.LastHeartbeat - $now.Since).TotalSeconds.ToString([cultureinfo]::InvariantCulture)").Single(),
            age => double.Parse(age, CultureInfo.InvariantCulture) > 4, "the reservation is older than its lease");
        Assert.Empty(session.Host.Warnings);
    }

    [Fact]
    public void Remove_module_releases_and_import_with_force_keeps()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        using var observer = Session.Open(store);
        session.Run("$r = Request-GpuReservation").Clean();
        session.Run($"Import-Module '{BuiltModule.Manifest}' -Force").Clean();
        Assert.Equal("1", observer.Read("(Get-GpuPool).Reserved").Single());
        Assert.Equal(1, Heartbeats());
        session.Run("Remove-Module GpuOps").Clean();
        Assert.Equal("0", observer.Read("(Get-GpuPool).Reserved").Single());
        session.Run($"Import-Module '{BuiltModule.Manifest}'; Request-GpuReservation | Out-Null").Clean();
        Assert.Equal("1", observer.Read("(Get-GpuPool).Reserved").Single());
    }

    [Fact]
    public void A_reservation_kept_over_an_import_with_force_still_has_its_heartbeat()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 1);
        session.Run($"$r = Request-GpuReservation; Import-Module '{BuiltModule.Manifest}' -Force").Clean();
        var before = session.Read("(Get-GpuReservation).LastHeartbeat.Ticks").Single();
        Wait.Until(() => session.Read("(Get-GpuReservation).LastHeartbeat.Ticks").Single() != before, "another heartbeat");
    }

    [Fact]
    public void A_closing_runspace_releases_what_it_held_and_nothing_else()
    {
        using var store = new Store();
        using var one = Session.Open(store, gpus: 3);
        using var two = Session.Open(store);
        one.Run("Request-GpuReservation -Note one; Request-GpuReservation -Note one").Clean();
        two.Run("Request-GpuReservation -Note two").Clean();
        one.Dispose();
        Assert.Equal(["two"], two.Read("(Get-GpuReservation).Note"));
        Assert.Equal(1, Heartbeats());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_process_that_ends_gives_back_what_it_held(string? signal)
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var child = Hold(store);
        Assert.Equal("Reserved", session.Read("(Get-GpuStatus).State").Single());
        if (signal is not null)
        {
            child.Signal(signal);
        }

        child.Finish();
        Assert.Equal("Available", session.Read("(Get-GpuStatus).State").Single());
    }

    [Fact]
    public void What_a_killed_process_held_goes_to_the_next_who_asks()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var child = Hold(store);
        session.Run("Request-GpuReservation -NoWait").Fails("GpuBusy", System.Management.Automation.ErrorCategory.ResourceBusy);
        using var waiting = session.Start("Request-GpuReservation -Note next");
        child.Signal("KILL");
        Assert.Equal("next", waiting.Finish().Clean().Output.Single().Properties["Note"].Value);
    }

    [Fact]
    public void A_lost_reservation_is_told_at_the_next_heartbeat()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 2);
        var id = session.Read("(Request-GpuReservation).Id").Single();
        RemoveElsewhere(store, id);
        var warning = Wait.Until(() => session.Host.Warnings.FirstOrDefault(), it => it is not null, "a warning");
        Assert.Contains(id, warning, StringComparison.Ordinal);
        Assert.Equal(["True"], session.Read("$true"));
    }

    [Fact]
    public void A_lost_reservation_stops_what_runs_where_that_was_asked_for()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 1);
        using var running = session.Start("(Request-GpuReservation -OnLost Stop).Id; while ($true) { [Threading.Thread]::Sleep(10) }");
        Wait.Until(() => running.Output.Count == 1, "the reservation is made");
        RemoveElsewhere(store, running.Output[0].ToString());
        running.Finish();
        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, running.State);
        Assert.Single(session.Host.Warnings);
        Assert.Equal(["1"], session.Read("1"));
    }

    [Fact]
    public void A_host_that_cannot_be_told_of_a_loss_does_not_end_the_other_heartbeats()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 2);
        session.Host.IsBroken = true;
        var ids = session.Read("(Request-GpuReservation).Id; (Request-GpuReservation).Id");
        RemoveElsewhere(store, ids[0]);
        for (var beat = 0; beat < 5; beat++)
        {
            var before = session.Read("(Get-GpuReservation).LastHeartbeat.Ticks").Single();
            Wait.Until(() => session.Read("(Get-GpuReservation).LastHeartbeat.Ticks").Single() != before, "another heartbeat of the other reservation");
        }
    }

    private static Child Hold(Store store)
    {
        var child = Child.StartScript($"Request-GpuReservation -Backend '{store.Uri}' | Out-Null; 'held'; [Console]::In.ReadLine() | Out-Null");
        Assert.Equal("held", child.ReadLine());
        return child;
    }

    private static void RemoveElsewhere(Store store, string id)
    {
        var (exit, _, errors) = Child.RunScript($"Remove-GpuReservation {id} -Backend '{store.Uri}'");
        Assert.Equal((0, ""), (exit, errors));
    }

    /// <summary>Get-Runspace is not in the bare engine; this is what it reads.</summary>
    private static int Heartbeats()
    {
        var list = typeof(Runspace).GetProperty("RunspaceList", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null);
        return ((IEnumerable<Runspace>)list!).Count(it => it.Name == "GpuOps heartbeat" && it.RunspaceStateInfo.State == RunspaceState.Opened);
    }
}

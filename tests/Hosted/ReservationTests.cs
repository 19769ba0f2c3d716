using System.Management.Automation;
using System.Runtime.Versioning;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Reserving, looking and giving back, through the pipeline as a user does.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReservationTests
{
    [Fact]
    public void A_reservation_lives_on_after_the_command_until_it_is_removed()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 4);
        session.Run("$r = Request-GpuReservation -Count 2 -Note 'first try'").Clean();
        Assert.Equal(["2 True Session first try"], session.Read("\"$($r.GpuId.Count) $($r.FencingNumber -gt 0) $($r.Kind) $($r.Note)\""));
        Assert.Equal(["Reserved", "Reserved", "Available", "Available"], session.Read("(Get-GpuStatus).State"));
        Assert.Equal([Environment.UserName], session.Read("(Get-GpuReservation $r.Id).User"));
        session.Run("$r | Remove-GpuReservation").Clean();
        Assert.Empty(session.Read("Get-GpuReservation"));
        session.Run("$r | Remove-GpuReservation").Fails("ReservationNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void Status_filtered_by_user_can_be_piped_to_remove()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 4);
        session.Run("Request-GpuReservation -Count 2 -Duration 1h; Request-GpuReservation -Id 3").Clean();
        session.Run("Get-GpuStatus | Where-Object User -eq ([Environment]::UserName) | Remove-GpuReservation -Confirm:$false")
            .Errors.ToList().ForEach(error => Assert.StartsWith("ReservationNotFound", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Equal(["Available"], session.Read("(Get-GpuStatus).State").Distinct());
    }

    [Fact]
    public void A_reservation_of_several_gpus_is_removed_once_and_without_an_error()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 3);
        session.Run("Request-GpuReservation -Count 3 -Duration 1h | Out-Null").Clean();
        session.Run("Get-GpuStatus | Remove-GpuReservation").Clean();
        Assert.Empty(session.Read("Get-GpuReservation"));
        session.Run("Request-GpuReservation -Count 3 -Duration 1h | Out-Null; Remove-GpuReservation -GpuId 0,1,2").Clean();
        Assert.Empty(session.Read("Get-GpuReservation"));
    }

    [Fact]
    public void An_object_remembers_its_backend()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        session.Run("$r = Request-GpuReservation -Duration 90s; $PSDefaultParameterValues.Clear(); $r | Remove-GpuReservation").Clean();
        Assert.Equal(["Available"], session.Read("(Get-GpuStatus -Backend $b).State"));
        session.Run("Request-GpuReservation -Duration 2d -Backend $b | Out-Null; Get-GpuStatus -Backend $b | Remove-GpuReservation").Clean();
        Assert.Equal(["Available"], session.Read("(Get-GpuStatus -Backend $b).State"));
    }

    [Fact]
    public void A_timed_reservation_outlives_the_session()
    {
        using var store = new Store();
        using (var session = Session.Open(store, gpus: 2))
        {
            Assert.Equal(["Timed", "01:00:00"], session.Read("$r = Request-GpuReservation -Duration 1h; $r.Kind; ($r.Expires - $r.Since)"));
        }

        using var later = Session.Open(store);
        Assert.Equal(["Timed"], later.Read("(Get-GpuReservation).Kind"));
    }

    [Fact]
    public void Parts_are_packed_before_a_fresh_gpu_is_opened()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        Assert.Equal(["0", "0", "1"], session.Read("1..3 | ForEach-Object { (Request-GpuReservation -Share 0.5 -Duration 1h).GpuId }"));
        Assert.Equal(["1", "0.5"], session.Read("(Get-GpuStatus).Share | ForEach-Object { $_.ToString([cultureinfo]::InvariantCulture).TrimEnd('0').TrimEnd('.') }"));
        session.Run("Request-GpuReservation -NoWait").Fails("GpuBusy", ErrorCategory.ResourceBusy);
    }

    [Fact]
    public void Who_is_not_the_owner_needs_force_and_is_asked()
    {
        Rig.NeedOtherUsers();
        using var store = new Store().ShareWithNobody();
        using var session = Session.Open(store, gpus: 3);
        var (exit, _, errors) = Child.RunScriptUnprivileged($"1..2 | ForEach-Object {{ Request-GpuReservation -Duration 1h -Backend '{store.Uri}' | Out-Null }}");
        Assert.Equal((0, ""), (exit, errors));
        session.Run("Request-GpuReservation -Duration 1h | Out-Null").Clean();
        Assert.Equal(["nobody", "nobody", "root"], session.Read("(Get-GpuStatus).User"));

        var refused = session.Run("Get-GpuStatus 0 | Remove-GpuReservation").Fails("NotOwner", ErrorCategory.PermissionDenied);
        Assert.Contains("-Force", refused.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("GpuReservation", refused.TargetObject.GetType().Name);
        Assert.Empty(session.Host.Questions);

        session.Host.Answer = 2;
        session.Run("Remove-GpuReservation -GpuId 0 -Force").Clean();
        Assert.Contains("nobody", Assert.Single(session.Host.Questions), StringComparison.Ordinal);
        Assert.Equal("Reserved", session.Read("(Get-GpuStatus 0).State").Single());

        session.Host.Answer = 0;
        session.Run("Remove-GpuReservation -GpuId 0 -Force").Clean();
        session.Run("Remove-GpuReservation -GpuId 1 -Force -Confirm:$false").Clean();
        session.Run("Remove-GpuReservation -GpuId 2").Clean();
        Assert.Equal(2, session.Host.Questions.Count);
        Assert.Equal(["Available"], session.Read("(Get-GpuStatus).State").Distinct());
    }

    [Fact]
    public void What_was_made_for_somebody_else_is_shown_as_theirs_and_may_be_taken_back()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        Assert.Equal(["ada"], session.Read("(Request-GpuReservation -User ada -Duration 1h).User"));
        Assert.Equal(["ada"], session.Read("(Get-GpuReservation -User a*).User"));
        Assert.Empty(session.Read("Get-GpuReservation -User b*"));
        session.Run("Get-GpuReservation | Remove-GpuReservation").Clean();
        Assert.Empty(session.Host.Questions);
    }

    [Fact]
    public void A_gpu_out_of_service_keeps_its_holder_and_comes_back()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        session.Run("$r = Request-GpuReservation -Id 1 -Duration 1h; Get-GpuStatus | Disable-Gpu -Reason dust").Clean();
        Assert.Equal(["dust"], session.Read("(Get-GpuStatus 0).Note"));
        Assert.Equal([Environment.UserName], session.Read("(Get-GpuStatus 1).User"));
        Assert.Equal(["2", "0"], session.Read("$p = Get-GpuPool; $p.Disabled; $p.Available"));
        session.Run("$r | Remove-GpuReservation; Get-GpuStatus | Enable-Gpu").Clean();
        Assert.Equal(["Available", "Available"], session.Read("(Get-GpuStatus).State"));
    }

    [Fact]
    public void A_pool_is_resized_but_not_under_a_reservation()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 4);
        var before = store.Content();
        session.Run("Initialize-GpuPool -Count 4 | Out-Null").Clean();
        Assert.Equal(before, store.Content());
        session.Run("Request-GpuReservation -Id 3 -Duration 1h | Out-Null").Clean();
        session.Run("Initialize-GpuPool -Count 2").Fails("PoolInUse", ErrorCategory.ResourceBusy);
        Assert.Equal("4", session.Read("(Get-GpuPool).Count").Single());
        Assert.Equal(["2"], session.Read("(Initialize-GpuPool -Count 2 -Force).Count"));
        Assert.Equal(["6"], session.Read("(Initialize-GpuPool -Count 6).Count"));
        Assert.Empty(session.Read("Get-GpuReservation"));
    }

    [Fact]
    public void Usage_counts_what_runs_and_what_has_ended()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 4);
        session.Run("Request-GpuReservation -Count 2 -User ada -Duration 1h | Remove-GpuReservation; Request-GpuReservation -User bob -Duration 1h | Out-Null").Clean();
        Assert.Equal(["ada 1 0", "bob 1 1"], session.Read("Get-GpuUsage -Since 30d | ForEach-Object { \"$($_.User) $($_.Reservations) $($_.Running)\" }").Order());
        Assert.Equal(["bob"], session.Read("(Get-GpuUsage -User bob).User"));
        Assert.Equal(3, session.Read("(Get-GpuUsage -GroupBy Gpu).Gpu").Count);
        Assert.Single(session.Read("(Get-GpuUsage -GroupBy Day -Since 1h).Day"));
    }

    [Fact]
    public void The_queue_shows_who_waits_for_what()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        using var other = Session.Open(store);
        session.Run("$r = Request-GpuReservation -Duration 1h").Clean();
        using var waiting = other.Start("Request-GpuReservation -Note patience -Duration 1h");
        Wait.Until(() => session.Read("(Get-GpuQueue).Note"), it => it is ["patience"], "the request stands in line");
        Assert.Equal(["1", "1 GPU", Environment.UserName], session.Read("$q = Get-GpuQueue; $q.Position; \"$($q.Demand)\"; $q.User"));
        Assert.Equal("1", session.Read("(Get-GpuPool).Waiting").Single());
        session.Run("$r | Remove-GpuReservation").Clean();
        Assert.Equal("patience", Assert.Single(waiting.Finish().Clean().Output).Properties["Note"].Value);
        Assert.Contains(other.Host.Progress, it => it.Contains("place 1 of 1 in line", StringComparison.Ordinal));
        Assert.Contains(other.Host.Progress, it => it.StartsWith("Completed|Waiting for 1 GPU", StringComparison.Ordinal));
        Assert.Empty(session.Read("Get-GpuQueue"));
    }

    [Fact]
    public void A_request_whose_client_has_died_can_be_taken_out_of_the_line()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        session.Run("Request-GpuReservation -Duration 1h").Clean();
        using var child = Child.StartScript($"Request-GpuReservation -Backend '{store.Uri}'");
        Wait.Until(() => session.Read("Get-GpuQueue").Count == 1, "the request stands in line");
        child.Signal("KILL");
        child.Finish();
        Assert.Single(session.Read("Get-GpuQueue"));
        session.Run("Get-GpuQueue | Remove-GpuReservation").Clean();
        Assert.Empty(session.Read("Get-GpuQueue"));
    }
}

using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>-WhatIf says what would happen, and nothing does.</summary>
public sealed class WhatIfTests
{
    [Theory]
    [InlineData("Initialize-GpuPool -Count 7")]
    [InlineData("Initialize-GpuPool -Count 1 -Force")]
    [InlineData("Request-GpuReservation -Duration 1h")]
    [InlineData("Request-GpuReservation -Count 2 -NoWait")]
    [InlineData("Remove-GpuReservation $r.Id")]
    [InlineData("Remove-GpuReservation -GpuId 1")]
    [InlineData("$r | Remove-GpuReservation -Force")]
    [InlineData("Get-GpuStatus | Remove-GpuReservation")]
    [InlineData("Disable-Gpu 0 -Reason dust")]
    [InlineData("Enable-Gpu 2")]
    [InlineData("Invoke-GpuCommand { throw 'it ran' }")]
    [InlineData("Invoke-GpuCommand -FilePath /bin/false")]
    [InlineData("Invoke-GpuCommand { throw 'it ran' } -AsJob")]
    [InlineData("Register-GpuBackend lab redis://lab/ -Scope Project")]
    [InlineData("Unregister-GpuBackend spare -Scope Project")]
    [InlineData("New-SshProfile other other.example.org")]
    [InlineData("Set-SshProfile spare -User bob -Default")]
    [InlineData("Remove-SshProfile spare")]
    [InlineData("Set-GpuOpsConfiguration heartbeat.interval 20s -Scope Project")]
    [InlineData("Set-GpuOpsConfiguration heartbeat.interval -Reset -Scope Project")]
    public void Changes_nothing(string script)
    {
        const string yaml = "heartbeat:\n  interval: 14s\nbackends:\n  spare: sqlite:/tmp/spare.db\n";
        using var store = new Store().Configure(yaml);
        using var session = Session.Open(store, gpus: 3);
        session.Run("if (-not (Get-SshProfile spare -ErrorAction Ignore)) { New-SshProfile spare spare.example.org -User ann }").Clean();
        var profiles = Profiles(session);
        session.Run("$r = Request-GpuReservation -Id 1 -Duration 1h; Disable-Gpu 2 -Reason hot").Clean();
        var before = store.Content();
        session.Run($"{script} -WhatIf | Out-Null").Clean();
        session.Run($"$WhatIfPreference = $true; {script} | Out-Null; $WhatIfPreference = $false").Clean();
        Assert.Equal(before, store.Content());
        Assert.Equal(yaml, File.ReadAllText(Path.Combine(store.Folder, "gpuops.yaml")));
        Assert.Empty(session.Read("Get-Job"));
        Assert.Equal(profiles, Profiles(session));
    }

    private static IReadOnlyList<string> Profiles(Session session) =>
        session.Read("Get-SshProfile | ForEach-Object { \"$($_.Name) $($_.HostName) $($_.User) $($_.IsDefault)\" }");

    [Fact]
    public void Initialising_a_new_store_makes_no_file()
    {
        using var store = new Store();
        using var session = Session.Open(store);
        session.Run("Initialize-GpuPool -Count 4 -WhatIf").Clean();
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Folder));
    }
}

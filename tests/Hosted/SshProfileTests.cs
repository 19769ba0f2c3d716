using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>SSH profiles as a user writes them.</summary>
[Collection(Alone.Name)]
public sealed class SshProfileTests : IDisposable
{
    private readonly Store _store = new();
    private readonly Variables _variables;
    private readonly Session _session;

    public SshProfileTests()
    {
        _variables = new Variables(("GPUOPS_CONFIG_HOME", Path.Combine(_store.Folder, "config")), ("HOME", _store.Folder));
        _session = Session.Open(_store);
    }

    private string UserFile => Path.Combine(_store.Folder, "config", "config.yaml");

    public void Dispose()
    {
        _session.Dispose();
        _variables.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_profile_is_made_shown_changed_and_removed()
    {
        _session.Run("""
            New-SshProfile dgx dgx.example.org -User ann -Port 2222 -KeyPath keys/one, ~/two -JumpHost gate, bob@inner:23 -KeepAlive 30s `
                -EnvironmentVariable @{ A = 'b c' } -Description 'the big one' -Default
            """).Clean();
        Assert.Equal(
            [$"dgx dgx.example.org ann 2222 {_store.Folder}/keys/one,{_store.Folder}/two gate,bob@inner:23 30 b c the big one SshNet True User"],
            _session.Read("$p = Get-SshProfile dgx; \"$($p.Name) $($p.HostName) $($p.User) $($p.Port) $($p.KeyPath -join ',') $($p.JumpHost -join ',') $($p.KeepAlive.TotalSeconds) $($p.EnvironmentVariable['A']) $($p.Description) $($p.Transport) $($p.IsDefault) $($p.Source)\""));
        Assert.Contains("~/two", File.ReadAllText(UserFile), StringComparison.Ordinal);

        _session.Run("Set-SshProfile DGX -User bob -Clear Port, EnvironmentVariable").Clean();
        Assert.Equal(["bob  0 gate bob@inner:23"], _session.Read("$p = Get-SshProfile dgx; \"$($p.User) $($p.Port) $($p.EnvironmentVariable.Count) $($p.JumpHost)\""));
        _session.Run("Remove-SshProfile dgx").Fails("SshProfileInUse", ErrorCategory.PermissionDenied);
        _session.Run("Get-SshProfile | Remove-SshProfile -Force").Clean();
        Assert.Empty(_session.Read("Get-SshProfile"));
    }

    [Fact]
    public void A_profile_on_the_pipeline_is_copied_by_New_and_left_as_it_is_by_Set()
    {
        _session.Run("New-SshProfile dgx big -User ann -KeyPath ~/one -JumpHost gate -EnvironmentVariable @{ A = 1 }; Get-SshProfile dgx | New-SshProfile -Name copy -User bob").Clean();
        Assert.Equal(["copy big bob gate 1"], _session.Read("Get-SshProfile copy | ForEach-Object { \"$($_.Name) $($_.HostName) $($_.User) $($_.JumpHost) $($_.EnvironmentVariable['A'])\" }"));
        var before = File.ReadAllText(UserFile);
        _session.Run("Get-SshProfile dgx | Set-SshProfile -User eve").Clean();
        Assert.Equal(before.Replace("user: ann", "user: eve", StringComparison.Ordinal), File.ReadAllText(UserFile));
        _session.Run("Get-SshProfile dgx | Set-SshProfile").Clean();
        Assert.Equal(["other"], _session.Read("'[{ \"Name\": \"other\", \"HostName\": \"o\" }]' | ForEach-Object { [pscustomobject]@{ Name = 'other'; HostName = 'o' } } | New-SshProfile -PassThru | ForEach-Object Name"));
    }

    [Theory]
    [InlineData("New-SshProfile 'd x' h", "InvalidSshProfileName", ErrorCategory.InvalidArgument)]
    [InlineData("New-SshProfile dgx ann@h", "InvalidSetting", ErrorCategory.InvalidArgument)]
    [InlineData("New-SshProfile dgx '-oProxyCommand=x'", "SshAddressInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("New-SshProfile dgx h -EnvironmentVariable @{ 'A B' = 1 }", "InvalidSetting", ErrorCategory.InvalidArgument)]
    [InlineData("New-SshProfile dgx h -Scope Project", "NotAllowedInProject", ErrorCategory.InvalidData)]
    [InlineData("Set-SshProfile nosuch -User ann", "UnknownSshProfile", ErrorCategory.ObjectNotFound)]
    [InlineData("Remove-SshProfile nosuch", "UnknownSshProfile", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-SshProfile nosuch", "UnknownSshProfile", ErrorCategory.ObjectNotFound)]
    [InlineData("Test-SshProfile", "NoDefaultSshProfile", ErrorCategory.ResourceUnavailable)]
    [InlineData("Test-SshProfile 'a b'", "SshAddressInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Get-SlurmJob -Backend slurm://", "NoDefaultSshProfile", ErrorCategory.ResourceUnavailable)]
    public void What_makes_no_sense_is_an_error_and_nothing_is_written(string script, string id, ErrorCategory category)
    {
        _session.Run(script).Fails(id, category);
        Assert.False(File.Exists(UserFile));
        Assert.False(File.Exists(Path.Combine(_store.Folder, "gpuops.yaml")));
    }

    [Fact]
    public void The_default_may_be_said_in_another_file_than_what_it_is()
    {
        _session.Run("New-SshProfile a x; New-SshProfile b y -Default; Set-SshProfile a -Default").Clean();
        Assert.Equal(["a True", "b False"], _session.Read("Get-SshProfile | ForEach-Object { \"$($_.Name) $($_.IsDefault)\" }"));
        _variables.Set("GPUOPS_SSH_PROFILE", "b");
        Assert.Equal(["b"], _session.Read("(Get-SshProfile | Where-Object IsDefault).Name"));
    }

    [Fact]
    public void Names_are_completed()
    {
        Directory.CreateDirectory(Path.Combine(_store.Folder, ".ssh"));
        File.WriteAllText(Path.Combine(_store.Folder, ".ssh", "config"), "Host big small *.x\n");
        _session.Run("New-SshProfile dgx big -Description 'the big one'").Clean();
        Assert.Equal(["dgx"], Complete("Set-SshProfile "));
        Assert.Equal(["dgx", "big", "small"], Complete("Test-SshProfile "));
        Assert.Equal(["big", "small"], Complete("New-SshProfile x -JumpHost "));
        Assert.Equal(["slurm://dgx"], Complete("Get-SlurmJob -Backend slurm://"));
        Assert.DoesNotContain("slurm://dgx", Complete("Get-SlurmJob -Backend "));
    }

    private IReadOnlyList<string> Complete(string line) => _session.Run(
        "param($line) [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.ListItemText", line).Clean().Texts;
}

using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Settings and named backends, through their layers.</summary>
[Collection(Alone.Name)]
public sealed class ConfigurationTests : IDisposable
{
    private readonly Store _store = new();
    private readonly Variables _variables;
    private readonly Session _session;

    public ConfigurationTests()
    {
        _variables = new Variables(("GPUOPS_CONFIG_HOME", Path.Combine(_store.Folder, "config")), ("GPUOPS_STATE_HOME", Path.Combine(_store.Folder, "state")));
        _session = Session.Open(_store);
        _session.Run("$PSDefaultParameterValues.Clear()").Clean();
    }

    private string UserFile => Path.Combine(_store.Folder, "config", "config.yaml");

    public void Dispose()
    {
        _session.Dispose();
        _variables.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_value_shows_where_it_comes_from_and_the_nearer_layer_wins()
    {
        Assert.Equal("15s Default", Interval());
        _session.Run("Set-GpuOpsConfiguration heartbeat.interval 20s").Clean();
        Assert.Equal("20s User", Interval());
        Assert.Contains("20s", File.ReadAllText(UserFile), StringComparison.Ordinal);
        _session.Run("Set-GpuOpsConfiguration heartbeat.interval 25s -Scope Project").Clean();
        Assert.Equal("25s Project", Interval());
        _variables.Set("GPUOPS_HEARTBEAT_INTERVAL", "30s");
        Assert.Equal("30s Environment", Interval());
        Assert.Contains("GPUOPS_HEARTBEAT_INTERVAL", Assert.Single(_session.Run("Set-GpuOpsConfiguration heartbeat.interval 35s").Clean().Warnings), StringComparison.Ordinal);
        _variables.Set("GPUOPS_HEARTBEAT_INTERVAL", null);
        _session.Run("Set-GpuOpsConfiguration heartbeat.interval -Reset -Scope Project").Clean();
        Assert.Equal("35s User", Interval());
        _session.Run("Set-GpuOpsConfiguration heartbeat.interval -Reset").Clean();
        Assert.Equal("15s Default", Interval());
    }

    [Fact]
    public void Values_may_be_given_as_what_they_are()
    {
        Assert.Equal(["1m30s", "2GB"], _session.Read("""
            (Set-GpuOpsConfiguration heartbeat.expiry ([timespan]::FromSeconds(90)) -PassThru).Text
            (Set-GpuOpsConfiguration memoryThreshold 2GB -PassThru).Text
            """));
        Assert.Equal(["20s"], _session.Read("(Set-GpuOpsConfiguration heartbeat.interval 20s -PassThru).Text"));
    }

    [Theory]
    [InlineData("Set-GpuOpsConfiguration heartbeat.intervall 20s", "UnknownSetting", ErrorCategory.ObjectNotFound, "heartbeat.interval'")]
    [InlineData("Set-GpuOpsConfiguration heartbeat.interval soon", "InvalidDuration", ErrorCategory.InvalidArgument, "soon")]
    [InlineData("Unregister-GpuBackend nosuch", "UnknownBackend", ErrorCategory.ObjectNotFound, "nosuch")]
    [InlineData("Register-GpuBackend lab redis://user:secret@host/", "PasswordInUri", ErrorCategory.PermissionDenied, "password")]
    [InlineData("Register-GpuBackend lab sqlite:/x.db @{ colour = 'red' }", "UnknownBackendOption", ErrorCategory.InvalidArgument, "colour")]
    public void What_makes_no_sense_is_refused_and_not_written(string script, string id, ErrorCategory category, string says)
    {
        var error = _session.Run(script).Fails(id, category);
        Assert.Contains(says, error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Exception.Message + error.TargetObject, StringComparison.Ordinal);
        Assert.False(File.Exists(UserFile));
    }

    [Fact]
    public void An_unknown_key_in_a_file_names_the_nearest_and_its_place()
    {
        _store.Configure("heartbeat:\n  intervall: 3s\n");
        foreach (var script in new[] { "Get-GpuOpsConfiguration", "Get-GpuStatus" })
        {
            var error = _session.Run(script).Errors.Single();
            Assert.Contains("heartbeat.interval", error.Exception.Message, StringComparison.Ordinal);
            Assert.Contains("gpuops.yaml", error.Exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_variable_that_means_nothing_is_warned_of()
    {
        _variables.Set("GPUOPS_HEARTBEAT_INTERVALL", "3s");
        Assert.Contains("GPUOPS_HEARTBEAT_INTERVAL?", Assert.Single(_session.Run("Get-GpuOpsConfiguration backend").Clean().Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_backend_gets_a_name_is_used_by_it_and_becomes_the_default()
    {
        Assert.Equal(["lab sqlite"], _session.Read($"Register-GpuBackend lab 'sqlite:{_store.File}' -PassThru | ForEach-Object {{ \"$($_.Name) $($_.Provider)\" }}"));
        _session.Run("Register-GpuBackend lab sqlite:/other.db").Fails("BackendExists", ErrorCategory.ResourceExists);
        _session.Run("Initialize-GpuPool -Count 2 -Backend lab | Out-Null").Clean();
        Assert.Equal(["lab", "lab"], _session.Read("(Get-GpuStatus -Backend LAB).Backend"));
        _session.Run("Set-GpuOpsConfiguration backend lab").Clean();
        Assert.Equal("2", _session.Read("(Get-GpuPool).Count").Single());
        Assert.Equal(["True"], _session.Read("(Get-GpuBackend lab).IsDefault"));
        Assert.Equal(["Open True", "Pool True"], _session.Read("Get-GpuBackend lab | Test-GpuBackend | ForEach-Object { \"$($_.Step) $($_.Succeeded)\" }"));
        _session.Run("Set-GpuOpsConfiguration backend -Reset; Get-GpuBackend l*b | Unregister-GpuBackend").Clean();
        Assert.Empty(_session.Read("Get-GpuBackend l*b"));
        Assert.True(File.Exists(_store.File));
    }

    [Fact]
    public void Without_a_backend_the_store_is_in_the_users_state_folder()
    {
        _session.Run("Initialize-GpuPool -Count 1 | Out-Null").Clean();
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_store.Folder, "state"), "pool-*.db"));
    }

    private string Interval() => _session.Read("Get-GpuOpsConfiguration heartbeat.interval | ForEach-Object { \"$($_.Text) $($_.Source)\" }").Single();
}

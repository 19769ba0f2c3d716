using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Unit.Configuration;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>What a name leads to: a profile, a host of ~/.ssh/config, or an address.</summary>
public sealed class SshRoutesTests : IDisposable
{
    private readonly Workspace _workspace = new();

    private SshConfigPlaces Places => new(_workspace.At("home"), "me") { SystemFile = _workspace.At("none") };

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void What_a_profile_leaves_out_comes_from_the_configuration_of_ssh()
    {
        Config("Host big\n HostName big.example.org\n User ann\n Port 2222\n IdentityFile ~/.ssh/own\n ProxyJump gate\n ServerAliveInterval 7\n SetEnv A=ssh B=ssh\nHost gate\n Port 23\n");
        var empty = Routes(new SshProfile { Name = "dgx", HostName = "big" }).Find("DGX").Resolve();
        Assert.Equal(("big.example.org", "ann", 2222, TimeSpan.FromSeconds(7), false), (empty.Host, empty.User, empty.Port, empty.KeepAlive, empty.IdentitiesOnly));
        Assert.Equal([_workspace.At("home/.ssh/own")], empty.IdentityFiles);
        Assert.Equal(["me@gate:23"], empty.JumpHosts.Select(static hop => hop.Description));

        var full = Routes(new SshProfile
        {
            Name = "dgx", HostName = "big", User = "bob", Port = 24, KeyPath = ["/k"], JumpHost = ["gate", "eve@far:25"], KeepAlive = TimeSpan.FromMinutes(1),
            EnvironmentVariable = new Dictionary<string, string> { ["B"] = "profile" },
        }).Find("dgx").Resolve();
        Assert.Equal(("big.example.org", "bob", 24, TimeSpan.FromMinutes(1), true), (full.Host, full.User, full.Port, full.KeepAlive, full.IdentitiesOnly));
        Assert.Equal(["/k"], full.IdentityFiles);
        Assert.Equal(["me@gate:23", "eve@far:25"], full.JumpHosts.Select(static hop => hop.Description));
        Assert.Equal([new("A", "ssh"), new("B", "profile")], full.Environment);
    }

    [Fact]
    public async Task A_file_is_read_once_for_all_hosts_of_a_way()
    {
        Rig.Linux();
        Directory.CreateDirectory(_workspace.At("home/.ssh"));
        var pipe = _workspace.At("home/.ssh/config");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        // Who reads a pipe a second time waits for ever.
        var reading = Task.Run(() => Routes().Find("big").Resolve(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(pipe, "Host big\n ProxyJump one,two\nHost two\n Port 23\n", TestContext.Current.CancellationToken);
        var way = await reading.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(["me@one", "me@two:23"], way.JumpHosts.Select(static hop => hop.Description));
    }

    [Fact]
    public void A_name_is_a_profile_first_and_with_a_user_or_a_port_never()
    {
        var routes = Routes(new SshProfile { Name = "dgx", HostName = "elsewhere" });
        Assert.Equal("me@elsewhere", routes.Find("dgx").Resolve().Description);
        Assert.Equal("ann@dgx", routes.Find("ann@dgx").Resolve().Description);
        Assert.Equal("me@dgx:23", routes.Find("dgx:23").Resolve().Description);
        Assert.Equal("me@other", routes.Find("other").Resolve().Description);
    }

    [Fact]
    public void Without_a_name_the_default_is_meant()
    {
        SshProfile[] profiles = [new() { Name = "a", HostName = "a1" }, new() { Name = "b", HostName = "b1" }];
        Assert.Equal("me@b1", new SshRoutes(profiles, "B", Places).Find(null).Resolve().Description);
        Assert.Equal("NoDefaultSshProfile", Assert.Throws<GpuOpsException>(() => Routes(profiles).Find("")).Id);
        var fault = Assert.Throws<GpuOpsException>(() => new SshRoutes(profiles, "c", Places).Find(null));
        Assert.Equal("UnknownSshProfile", fault.Id);
        Assert.Contains("ssh.profile", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_in_any_file_is_another_way()
    {
        SshProfile profile = new() { Name = "dgx", HostName = "big" };
        var before = Routes(profile).Find("dgx").Key;
        Assert.Equal(before, Routes(profile with { Description = "other words" }).Find("dgx").Key);
        Assert.NotEqual(before, Routes(profile with { JumpHost = ["gate"] }).Find("dgx").Key);
        Assert.NotEqual(before, Routes(profile with { Transport = SshTransport.OpenSsh }).Find("dgx").Key);
        Config("Host big\n User ann\n");
        Assert.NotEqual(before, Routes(profile).Find("dgx").Key);
    }

    [Theory]
    [InlineData("slurm:", null)]
    [InlineData("slurm://", "me@user")]
    [InlineData("slurm://dgx", "me@user")]
    [InlineData("slurm://ann@dgx:23", "ann@dgx:23")]
    public void A_backend_leads_to_its_host(string uri, string? expected)
    {
        var configuration = _workspace.User("ssh: {profile: dgx}\nsshProfiles: {dgx: {host: user}}\n").Load();
        Assert.Equal(expected, Way(configuration, uri)?.Resolve().Description.Replace(Environment.UserName, "me", StringComparison.Ordinal));
    }

    [Fact]
    public void An_entry_names_its_profile()
    {
        var configuration = _workspace.User("sshProfiles: {dgx: {host: h}}\nbackends:\n  hpc: {uri: 'slurm:', sshProfile: DGX}\n  old: {uri: 'slurm://', sshProfile: gone}\n").Load();
        Assert.Equal("dgx", Way(configuration, "hpc")!.Name);
        Assert.Equal("UnknownSshProfile", Assert.Throws<GpuOpsException>(() => Way(configuration, "old")).Id);
        var fault = _workspace.User("backends:\n  hpc: {uri: 'slurm://h', sshProfile: dgx}\n").Refuses("InvalidBackendUri");
        Assert.Contains("leave one of them out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_a_project_names_is_asked_nothing_but_a_users_profile_is()
    {
        _workspace.User("sshProfiles: {dgx: {host: h}}\nbackends: {mine: slurm://elsewhere}\n")
            .Project("backend: slurm://evil\nbackends: {cloned: slurm://evil, near: slurm://dgx, mine: slurm://elsewhere}\n");
        var configuration = _workspace.Load();
        Assert.False(Way(configuration, null)!.IsTrusted);
        Assert.False(Way(configuration, "cloned")!.IsTrusted);
        Assert.True(Way(configuration, "near")!.IsTrusted);
        Assert.True(Way(configuration, "mine")!.IsTrusted);
        Assert.True(Way(configuration, "slurm://elsewhere")!.IsTrusted);
    }

    [Fact]
    public void Hosts_with_a_section_of_their_own_are_listed()
    {
        Directory.CreateDirectory(_workspace.At("home/.ssh/conf.d"));
        File.WriteAllText(_workspace.At("home/.ssh/conf.d/more"), "Host inner\n");
        Config("Host big small *.example.org !not ?\nInclude conf.d/*\nHost *\n");
        Assert.Equal(["big", "inner", "small"], new SshConfig(Places).Hosts());
    }

    private static SshRoute? Way(GpuOpsConfiguration configuration, string? backend)
    {
        var definition = configuration.ResolveBackend(backend);
        return configuration.Catalog.Find(definition.Uri).Route(definition, configuration.Context());
    }

    private SshRoutes Routes(params SshProfile[] profiles) => new(profiles, null, Places);

    private void Config(string text)
    {
        Directory.CreateDirectory(_workspace.At("home/.ssh"));
        File.WriteAllText(_workspace.At("home/.ssh/config"), text);
    }
}

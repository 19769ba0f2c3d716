using GpuOps.Channels;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

/// <summary>SSH profiles in files: read, merged, and written without touching the rest.</summary>
public sealed class SshProfileTests : IDisposable
{
    private const string Two = "# mine\nsshProfiles:\n  # the big one\n  dgx:\n    host: dgx.example.org # over there\n    user: ann\n  lab: {host: lab}\n";

    private readonly Workspace _workspace = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string UserText => File.ReadAllText(_workspace.UserFile);

    private SshProfileStore Store => new(_workspace.Store, _workspace.Environment);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Everything_a_profile_can_say_is_read()
    {
        _workspace.User("""
            ssh: {profile: DGX}
            sshProfiles:
              dgx:
                host: dgx.example.org
                user: ann
                port: 2222
                key: [keys/one, ~/two]
                jumpHosts:
                - gate
                - bob@inner:23
                keepAlive: 1m
                environment: {A: b c, EMPTY: ''}
                description: 'the big: one'
                transport: openssh
              lab:
                host: lab
                key: keys/one
                jumpHosts: gate
                environment:
            """);

        var (dgx, lab) = (_workspace.Load().SshProfiles[0], _workspace.Load().SshProfiles[1]);

        Assert.Equal(("dgx", "dgx.example.org", "ann", 2222, TimeSpan.FromMinutes(1), "the big: one", SshTransport.OpenSsh, true),
            (dgx.Name, dgx.HostName, dgx.User, dgx.Port, dgx.KeepAlive, dgx.Description, dgx.Transport, dgx.IsDefault));
        Assert.Equal([_workspace.At("user/keys/one"), _workspace.At("home/two")], dgx.KeyPath);
        Assert.Equal(["gate", "bob@inner:23"], dgx.JumpHost);
        Assert.Equal([new("A", "b c"), new("EMPTY", "")], dgx.EnvironmentVariable);
        Assert.Equal((ConfigurationSource.User, _workspace.UserFile + ":3"), (dgx.Source, dgx.Origin));
        Assert.Equal((false, (int?)null, (TimeSpan?)null, SshTransport.SshNet), (lab.IsDefault, lab.Port, lab.KeepAlive, lab.Transport));
        Assert.Equal([_workspace.At("user/keys/one")], lab.KeyPath);
        Assert.Equal(["gate"], lab.JumpHost);
    }

    [Theory]
    [InlineData("sshProfiles: dgx\n", "InvalidConfiguration", "1:14", "must be a map from names")]
    [InlineData("sshprofiles: {}\n", "UnknownKey", "1:1", "Did you mean 'sshProfiles'?")]
    [InlineData("sshProfiles:\n  dgx: dgx.example.org\n", "InvalidConfiguration", "2:8", "must be a map")]
    [InlineData("sshProfiles:\n  dgx: {user: ann}\n", "InvalidConfiguration", "2:3", "no 'host'")]
    [InlineData("sshProfiles:\n  dgx: {host: h, jumpHost: g}\n", "UnknownKey", "2:18", "Did you mean 'jumpHosts'?")]
    [InlineData("sshProfiles:\n  dgx: {host: h, password: x}\n", "UnknownKey", "2:18", "'password'")]
    [InlineData("sshProfiles:\n  'd x': {host: h}\n", "InvalidSshProfileName", "2:3", "'d x'")]
    [InlineData("sshProfiles:\n  dgx: {host: h}\n  DGX: {host: h}\n", "DuplicateKey", "3:3", "second time")]
    [InlineData("sshProfiles:\n  dgx: {host: '-oProxyCommand=x'}\n", "SshAddressInvalid", "2:15", "names no host")]
    [InlineData("sshProfiles:\n  dgx: {host: ann@h}\n", "InvalidSetting", "2:15", "keys of their own")]
    [InlineData("sshProfiles:\n  dgx: {host: [a, b]}\n", "InvalidConfiguration", "2:15", "one value")]
    [InlineData("sshProfiles:\n  dgx: {host: h, user: '-l'}\n", "InvalidSetting", "2:24", "account")]
    [InlineData("sshProfiles:\n  dgx: {host: h, port: 65536}\n", "InvalidSetting", "2:24", "1 to 65535")]
    [InlineData("sshProfiles:\n  dgx: {host: h, port: -1}\n", "InvalidSetting", "2:24", "no port")]
    [InlineData("sshProfiles:\n  dgx: {host: h, jumpHosts: []}\n", "InvalidConfiguration", "2:29", "has no value")]
    [InlineData("sshProfiles:\n  dgx: {host: h, jumpHosts: [a, 'b c']}\n", "SshAddressInvalid", "2:33", "'b c'")]
    [InlineData("sshProfiles:\n  dgx: {host: h, jumpHosts: [a, [b]]}\n", "InvalidConfiguration", "2:33", "list of them")]
    [InlineData("sshProfiles:\n  dgx: {host: h, key: ~}\n", "InvalidConfiguration", "2:23", "has no value")]
    [InlineData("sshProfiles:\n  dgx: {host: h, keepAlive: 30}\n", "InvalidDuration", "2:29", "'30'")]
    [InlineData("sshProfiles:\n  dgx: {host: h, transport: telnet}\n", "InvalidSetting", "2:29", "SshNet or OpenSsh")]
    [InlineData("sshProfiles:\n  dgx: {host: h, transport: 1}\n", "InvalidSetting", "2:29", "no transport")]
    [InlineData("sshProfiles:\n  dgx: {host: h, environment: [A]}\n", "InvalidConfiguration", "2:31", "map from variables")]
    [InlineData("sshProfiles:\n  dgx: {host: h, environment: {'A B': x}}\n", "InvalidSetting", "2:39", "name of a variable")]
    [InlineData("sshProfiles:\n  dgx: {host: h, environment: {A: [x]}}\n", "InvalidConfiguration", "2:35", "one value")]
    [InlineData("sshProfiles:\n  dgx: {host: h, environment: {A: \"a\\nb\"}}\n", "InvalidSetting", "2:35", "several lines")]
    [InlineData("ssh: {profile: 'd x'}\n", "InvalidSshProfileName", "1:16", "'d x'")]
    public void A_mistake_is_shown_with_its_place(string text, string id, string place, string says)
    {
        var fault = _workspace.User(text).Refuses(id);
        Assert.StartsWith($"{_workspace.UserFile}:{place}: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sshProfiles: {evil: {host: evil}}\n")]
    [InlineData("ssh: {profile: lab}\n")]
    public void A_project_has_no_profiles_and_chooses_no_default(string text)
    {
        _workspace.User(Two).Project(text);
        _workspace.Refuses("NotAllowedInProject");
    }

    [Fact]
    public void The_users_profile_replaces_the_machines()
    {
        _workspace.Machine("sshProfiles: {dgx: {host: old, port: 23}, site: {host: s}}\n").User(Two);
        Assert.Equal(["dgx dgx.example.org ", "lab lab ", "site s "], _workspace.Load().SshProfiles.Select(static profile => $"{profile.Name} {profile.HostName} {profile.Port}"));
    }

    [Fact]
    public async Task A_profile_is_written_and_read_back()
    {
        var change = new SshProfileChange
        {
            Values = new Dictionary<string, IReadOnlyList<string>>
            {
                ["host"] = ["h"],
                ["key"] = ["here/one", "~/two"],
                ["jumpHosts"] = ["gate", "bob@inner:23"],
                ["description"] = ["it's \"here\": #1"],
            },
            EnvironmentVariables = new Dictionary<string, string> { ["A"] = "", ["B"] = "x: y" },
            IsDefault = true,
        };

        await Store.AddAsync("new", change, ConfigurationScope.User, replace: false, Cancel);

        var profile = _workspace.Load().SshProfiles.Single();
        Assert.Equal([_workspace.At("project/here/one"), _workspace.At("home/two")], profile.KeyPath);
        Assert.Contains("'~/two'", UserText, StringComparison.Ordinal);
        Assert.Equal(["gate", "bob@inner:23"], profile.JumpHost);
        Assert.Equal(("it's \"here\": #1", true), (profile.Description, profile.IsDefault));
        Assert.Equal([new("A", ""), new("B", "x: y")], profile.EnvironmentVariable);
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => Store.AddAsync("NEW", change, ConfigurationScope.User, replace: false, Cancel));
        Assert.Equal("SshProfileExists", fault.Id);
        await Store.AddAsync("NEW", Saying("host", "other"), ConfigurationScope.User, replace: true, Cancel);
        Assert.Equal(("NEW", "other", 0), _workspace.Load().SshProfiles.Select(static it => (it.Name, it.HostName, it.KeyPath.Count)).Single());
    }

    [Fact]
    public async Task Changing_one_value_leaves_everything_else()
    {
        _workspace.User(Two);
        await Store.SetAsync("DGX", Saying("user", "bob"), ConfigurationScope.User, Cancel);
        Assert.Equal(Two.Replace("ann", "bob", StringComparison.Ordinal), UserText);
        await Store.SetAsync("dgx", Saying("user"), ConfigurationScope.User, Cancel);
        Assert.Equal(Two.Replace("    user: ann\n", "", StringComparison.Ordinal), UserText);
        await Store.SetAsync("dgx", Saying("jumpHosts", "a", "b"), ConfigurationScope.User, Cancel);
        await Store.SetAsync("dgx", Saying("jumpHosts", "c"), ConfigurationScope.User, Cancel);
        Assert.Equal(Two.Replace("user: ann", "jumpHosts: c", StringComparison.Ordinal), UserText);
        await Store.SetAsync("lab", Saying("jumpHosts", "a", "it's"), ConfigurationScope.User, Cancel);
        Assert.Contains("lab: {jumpHosts: ['a', 'it''s'], host: lab}", UserText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host", "", "InvalidConfiguration")]
    [InlineData("port", "99999", "InvalidSetting")]
    [InlineData("jumpHosts", "a b", "SshAddressInvalid")]
    public async Task What_makes_no_sense_is_refused_and_not_written(string key, string value, string id)
    {
        _workspace.User(Two);
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => Store.SetAsync("dgx", Saying(key, value.Split('|', StringSplitOptions.RemoveEmptyEntries)), ConfigurationScope.User, Cancel));
        Assert.Equal(id, fault.Id);
        Assert.Equal(Two, UserText);
        Assert.Equal("NotAllowedInProject", (await Assert.ThrowsAsync<GpuOpsException>(() => Store.AddAsync("x", Saying("host", "h"), ConfigurationScope.Project, false, Cancel))).Id);
        Assert.False(File.Exists(_workspace.ProjectFile));
    }

    [Fact]
    public async Task A_profile_in_use_is_not_removed_without_force()
    {
        _workspace.User(Two + "ssh: {profile: dgx}\nbackends:\n  hpc: {uri: 'slurm:', sshProfile: DGX}\n  near: slurm://Lab\n  far: slurm://ann@lab\n");
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => Store.RemoveAsync("dgx", ConfigurationScope.User, force: false, Cancel));
        Assert.Equal("SshProfileInUse", fault.Id);
        Assert.Contains($"default profile ({_workspace.UserFile}:8), the backend 'hpc' ({_workspace.UserFile}:10)", fault.Message, StringComparison.Ordinal);
        fault = await Assert.ThrowsAsync<GpuOpsException>(() => Store.RemoveAsync("lab", ConfigurationScope.User, force: false, Cancel));
        Assert.Contains("'near'", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'far'", fault.Message, StringComparison.Ordinal);
        await Store.RemoveAsync("lab", ConfigurationScope.User, force: true, Cancel);
        Assert.Equal(["dgx"], _workspace.Load().SshProfiles.Select(static profile => profile.Name));
        fault = await Assert.ThrowsAsync<GpuOpsException>(() => Store.RemoveAsync("dx", ConfigurationScope.User, force: true, Cancel));
        Assert.Equal("UnknownSshProfile", fault.Id);
        Assert.Contains("'dgx'?", fault.Message, StringComparison.Ordinal);
    }

    private static SshProfileChange Saying(string key, params string[] values) =>
        new() { Values = new Dictionary<string, IReadOnlyList<string>> { [key] = values } };
}

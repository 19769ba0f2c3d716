using System.Diagnostics;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Channels.Ssh;

public sealed class SshConfigTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    public static TheoryData<string, string> Configurations => new()
    {
        { "Host a\n HostName a.example.com\n User joe\n Port 2222", "a" },
        { "Host a b\nHostName=%h.example.com\nPort = 2200\n\nHost *\n User=\"jo e\"\n", "b" },
        { "host *.example.com !bad.example.com\n User in\nHost *\n User out", "x.example.com" },
        { "host *.example.com !bad.example.com\n User in\nHost *\n User out", "bad.example.com" },
        { "User first\nHost a\n User second", "a" },
        { "Host a?c\n Port 77", "abc" },
        { "Host ABC\n Port 77", "abc" },
        { "Host abc\n Port 77", "ABC" },
        { "IdentityFile ~/.ssh/one\nIdentityFile \"%d/.ssh/two words\"\nHost a\n IdentityFile ~/.ssh/three\nIdentitiesOnly yes", "a" },
        { "IdentityFile ~/.ssh/%u@%h:%p-%r-%n-%%\nUser x\nPort 24", "a" },
        { "Host a\n ProxyJump ann@j1:2222,j2\nHost j2\n User jo", "a" },
        { "Host a\n ProxyJump none\nHost *\n ProxyJump j", "a" },
        { "Host a\n UserKnownHostsFile ~/.ssh/kh1 ~/.ssh/kh_%h\n StrictHostKeyChecking yes\n HashKnownHosts yes", "a" },
        { "Host a\n ServerAliveInterval 7\n ServerAliveCountMax 9\n ConnectTimeout 12", "a" },
        { "Host a\n ServerAliveInterval 1m30s", "a" },
        { "Include extra\nUser last", "a" },
        { "Include config.d/*\nUser last", "a" },
        { "Host b\n Include extra\nHost *\n User last", "a" },
        { "Host a\n Include extra\n Port 99\nHost *\n User last", "a" },
        { "Include ~/.ssh/nested\n", "a" },
        { "Match host a.example.com\n User matched\nHost a\n HostName a.example.com\nMatch host a.example.com\n User later", "a" },
        { "Match originalhost a user joe\n Port 4\nMatch originalhost a\n Port 5", "a" },
        { "Match all\n Port 6", "a" },
        { "Match !host b\n Port 7", "a" },
        { "Match host b,a\n Port 8", "a" },
        { "Host a # comment\n User joe # another\n", "a" },
        { "# Host a\n\tHost\ta\t\n\t\tUser\t=\tjoe\t\r\n", "a" },
        { "HostKeyAlias Al\nUserKnownHostsFile ~/.ssh/%k", "a" },
        { "Host a\n SetEnv ONE=1 TWO=\"two words\"", "a" },
        { "User joe\n", "ann@a" },
        { "Port 9\n", "ssh://ann@a:8" },
        { "HostName FooBar\n", "a" },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Names_resolve_as_by_the_real_ssh(string text, string name)
    {
        Rig.Linux();
        var ssh = Rig.Program("ssh");
        WriteFiles(text);

        var said = SshSays(ssh, name);
        var destination = Config().Resolve(name);

        Assert.Equal(said["hostname"].Single(), destination.Host);
        Assert.Equal(said["user"].Single(), destination.User);
        Assert.Equal(said["port"].Single(), $"{destination.Port}");
        Assert.Equal(said["identitiesonly"].Single(), YesNo(destination.IdentitiesOnly));
        Assert.Equal(said["hashknownhosts"].Single(), YesNo(destination.HashKnownHosts));
        Assert.Equal(said["stricthostkeychecking"].Single() is "true", destination.StrictHostKeys);
        Assert.Equal(said["serveralivecountmax"].Single(), $"{destination.KeepAliveCount}");
        if (said["serveraliveinterval"].Single() is not "0" and var interval)
            Assert.Equal(interval, $"{destination.KeepAlive.TotalSeconds}");
        if (said["connecttimeout"].Single() is not "none" and var limit)
            Assert.Equal(limit, $"{destination.ConnectTimeout.TotalSeconds}");
        Assert.Equal(said["userknownhostsfile"].Single(), string.Join(' ', destination.UserKnownHostsFiles));
        Assert.Equal(said["hostkeyalias"].SingleOrDefault()?.ToLowerInvariant(), destination.HostKeyAlias);
        Assert.Equal(said["proxyjump"].SingleOrDefault()?.Split(',').Length ?? 0, destination.JumpHosts.Count);
        Assert.Equal(said["setenv"].Order(), destination.Environment.Select(pair => $"{pair.Key}={pair.Value}").Order());
        // ssh shows key files before it puts in what the tokens stand for, and newer kinds of key that nobody has here.
        var tokens = new SshTokens(Places, name.Split('@')[^1].Split(':')[0], destination.Host, destination.Port, destination.User, null);
        if (text.Contains("IdentityFile", StringComparison.Ordinal))
            Assert.Equal(said["identityfile"].Select(tokens.Path), destination.IdentityFiles);
    }

    [Fact]
    public void Jump_hosts_have_settings_of_their_own()
    {
        WriteFiles("Host a\n ProxyJump ann@j1:2222,j2\nHost j1\n HostName one\n User not-used\n ProxyJump j0\nHost j2\n HostName two\n User jo\n ProxyJump not-used\nHost j0\n Port 7\nHost *\n User me");

        Assert.Equal(["me@j0:7", "ann@one:2222", "jo@two"], Config().Resolve("a").JumpHosts.Select(hop => hop.Description));
    }

    [Fact]
    public void Jump_hosts_in_a_circle_are_an_error()
    {
        WriteFiles("Host a\n ProxyJump b\nHost b\n ProxyJump a");

        Assert.Equal("SshConfigInvalid", Assert.Throws<GpuOpsException>(() => Config().Resolve("a")).Id);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("off")]
    [InlineData("accept-new")]
    public void No_setting_lets_an_unknown_key_in_unasked(string value)
    {
        WriteFiles($"StrictHostKeyChecking {value}");

        // Not strict means that somebody is asked, and that it fails where nobody can answer.
        Assert.False(Config().Resolve("a").StrictHostKeys);
    }

    [Theory]
    [InlineData("Match exec \"touch /tmp/never\"\n Port 9")]
    [InlineData("Match !exec \"false\"\n Port 9")]
    [InlineData("Match final\n Port 9")]
    [InlineData("Match host\n Port 9")]
    public void What_we_cannot_decide_does_not_match(string text)
    {
        WriteFiles(text);

        Assert.Equal(22, Config().Resolve("a").Port);
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        WriteFiles("Include config\nPort 9");

        Assert.Equal(9, Config().Resolve("a").Port);
    }

    [Theory]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a b")]
    [InlineData("a:0")]
    [InlineData("a:x")]
    [InlineData("@a")]
    [InlineData("[::1")]
    public void What_is_no_host_is_refused(string name)
    {
        if (name == "[::1")
            name = "[::1]x";
        Assert.Equal("SshAddressInvalid", Assert.Throws<GpuOpsException>(() => Config().Resolve(name)).Id);
    }

    [Fact]
    public void Without_any_file_the_usual_defaults_hold()
    {
        var destination = Config().Resolve("[::1]:2222");

        Assert.Equal("me@[::1]:2222", destination.Description);
        Assert.Contains(_home.Path + "/.ssh/id_ed25519", destination.IdentityFiles);
        Assert.Equal(_home.Path + "/.ssh/known_hosts", destination.UserKnownHostsFiles[0]);
    }

    // ssh takes home and name from the account, so the comparison is made in their terms.
    private SshConfigPlaces Places => new(_home.Path, "me") { SystemFile = _home.Path + "/none", Environment = _ => null };

    private SshConfig Config() => new(Places);

    private void WriteFiles(string text)
    {
        _home.Write(".ssh/config", text);
        _home.Write(".ssh/extra", "User extra\n");
        _home.Write(".ssh/nested", "Include extra\nHost b\n Port 3\n");
        _home.Write(".ssh/config.d/10", "User ten\n");
        _home.Write(".ssh/config.d/20", "User twenty\nPort 20\n");
        _home.Write(".ssh/config.d/.hidden", "Port 1\n");
    }

    private ILookup<string, string> SshSays(string ssh, string name)
    {
        // ssh looks for relative includes in the real home, so they are made absolute; nothing else is changed.
        var config = _home.Write("absolute", Absolute(File.ReadAllText(_home.Path + "/.ssh/config")));
        _home.Write(".ssh/nested", Absolute("Include extra\nHost b\n Port 3\n"));
        using var process = Process.Start(new ProcessStartInfo(ssh, ["-G", "-F", config, name]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        Assert.True(text.Length > 0, complaint.GetAwaiter().GetResult());
        WriteFiles(File.ReadAllText(_home.Path + "/.ssh/config"));
        // ssh takes the home from the accounts, whatever HOME says.
        var user = Environment.UserName;
        var home = File.ReadLines("/etc/passwd").First(line => line.StartsWith(user + ":", StringComparison.Ordinal)).Split(':')[5];
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace(home + "/.ssh", _home.Path + "/.ssh", StringComparison.Ordinal).Split(' ', 2))
            .ToLookup(pair => pair[0], pair => pair[0] == "user" && pair[1] == user ? "me" : pair[1]);
    }

    private string Absolute(string text) =>
        text.Replace("Include ~/.ssh/", "Include ", StringComparison.Ordinal).Replace("Include ", $"Include {_home.Path}/.ssh/", StringComparison.Ordinal);

    private static string YesNo(bool value) => value ? "yes" : "no";
}

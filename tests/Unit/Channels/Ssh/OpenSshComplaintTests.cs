using GpuOps.Channels.OpenSsh;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>What ssh says, recorded from OpenSSH 9.2, and what is made of it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OpenSshComplaintTests
{
    private static readonly OpenSshWay Straight = Way("dgx"), Behind = Way("first", "second", "dgx");

    [Theory]
    [InlineData("ssh: Could not resolve hostname dgx: Name or service not known", "ChannelUnreachable", "dgx")]
    [InlineData("ssh: connect to host dgx port 22: Connection timed out", "ChannelUnreachable", "dgx")]
    [InlineData("kex_exchange_identification: read: Connection reset by peer\nConnection reset by 10.0.0.1 port 22", "ChannelUnreachable", "dgx")]
    [InlineData("Host key verification failed.", "HostKeyUnknown", "dgx")]
    [InlineData("@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@\nOffending ED25519 key in /home/ann/.ssh/known_hosts:3\nHost key for dgx has changed and you have requested strict checking.\nHost key verification failed.", "HostKeyChanged", "dgx")]
    [InlineData("@@@@@\n@       WARNING: REVOKED HOST KEY DETECTED!               @\n@@@@@\nThe ED25519 host key for dgx is marked as revoked.\nHost key verification failed.", "HostKeyRevoked", "dgx")]
    [InlineData("ann@dgx: Permission denied (publickey,gssapi-with-mic).", "SshAuthenticationFailed", "dgx")]
    [InlineData("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\nDisconnected from 10.0.0.1 port 22", "SshAuthenticationFailed", "dgx")]
    [InlineData("", "ChannelUnreachable", "dgx")]
    public void The_words_tell_what_failed(string said, string id, string host)
    {
        var fault = OpenSshComplaint.Read(Straight, said.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((id, $"ann@{host}"), (fault.Id, fault.Target));
    }

    [Theory]
    [InlineData("ssh: connect to host first port 22: Connection refused", 2, "SshProxyFailed", "first", "does not lead to anywhere: ssh: connect to host first port 22: Connection refused")]
    [InlineData("ann@first: Permission denied (publickey).", 2, "SshAuthenticationFailed", "first", "ann@first: Permission denied (publickey).")]
    [InlineData("channel 0: open failed: connect failed: No route to host\nstdio forwarding failed", 2, "SshProxyFailed", "first", "does not lead to ann@second: channel 0: open failed: connect failed: No route to host")]
    [InlineData("channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed", 1, "SshProxyFailed", "second", "does not lead to ann@dgx")]
    [InlineData("Host key verification failed.", 1, "HostKeyUnknown", "second", "Host key verification failed.")]
    [InlineData("Host key verification failed.", 0, "HostKeyUnknown", "dgx", "Host key verification failed.")]
    [InlineData("ann@dgx: Permission denied (publickey).", 0, "SshAuthenticationFailed", "dgx", "(publickey)")]
    public void The_echoes_tell_which_host(string said, int echoes, string id, string host, string words)
    {
        var echo = Enumerable.Repeat("kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535", echoes);

        var fault = OpenSshComplaint.Read(Behind, string.Join('\n', echo.Prepend(said)).Split('\n'));

        Assert.Equal((id, $"ann@{host}"), (fault.Id, fault.Target));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("UNKNOWN", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_banner_cannot_move_the_cursor() =>
        Assert.DoesNotContain('\u001b', OpenSshComplaint.Read(Straight, ["\u001b[2Jwelcome", "ann@dgx: Permission denied (publickey)."]).Message);

    [Fact]
    public void Settings_are_read_as_ssh_tells_them()
    {
        var settings = OpenSshSettings.Parse("dgx", "host dgx\nuser ann\nhostname dgx.example.org\nport 2222\nserveraliveinterval 0\nconnecttimeout none\nstricthostkeychecking accept-new\n"
            + "identityfile ~/.ssh/a\nidentityfile ~/.ssh/b\nproxyjump bob@one,two:23\nsetenv A=1 2\nsetenv B=x=y\nuserknownhostsfile /home/ann/.ssh/known_hosts /home/ann/.ssh/known_hosts2\n");

        Assert.Equal(("ann@dgx:2222", "dgx.example.org", 2222), (settings.Description, settings.Host, settings.Port));
        Assert.Equal((0, null, false), (settings.KeepAlive, settings.ConnectTimeout, settings.AsksForHostKeys));
        Assert.Equal(["~/.ssh/a", "~/.ssh/b"], settings.IdentityFiles);
        Assert.Equal(["bob@one", "two:23"], settings.JumpHosts);
        Assert.Equal(("1 2", "x=y"), (settings.Environment["A"], settings.Environment["B"]));
        Assert.Equal("/home/ann/.ssh/known_hosts", settings.KnownHostsFile);
    }

    private static OpenSshWay Way(params string[] hosts) => new([.. hosts.Select(host => OpenSshSettings.Parse(host, $"user ann\nhostname {host}\nport 22\n"))]);
}

using System.Text;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Channels.Ssh;

public sealed class KnownHostsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dgx ssh-ed25519 {0}", "dgx", 22, true)]
    [InlineData("a,dgx,b ssh-ed25519 {0} comment here", "dgx", 22, true)]
    [InlineData("DGX ssh-ed25519 {0}", "dgx", 22, true)]
    [InlineData("*.example.com,!bad.example.com ssh-ed25519 {0}", "x.example.com", 22, true)]
    [InlineData("*.example.com,!bad.example.com ssh-ed25519 {0}", "bad.example.com", 22, false)]
    [InlineData("[dgx]:2222 ssh-ed25519 {0}", "dgx", 2222, true)]
    [InlineData("[dgx]:2222 ssh-ed25519 {0}", "dgx", 22, false)]
    [InlineData("[*]:2222 ssh-ed25519 {0}", "dgx", 2222, true)]
    [InlineData("dgx ssh-ed25519 {0}", "dgx", 2222, true)]
    [InlineData("@cert-authority * ssh-ed25519 {0}", "dgx", 22, false)]
    [InlineData("# dgx ssh-ed25519 {0}", "dgx", 22, false)]
    [InlineData("dgx ssh-ed25519", "dgx", 22, false)]
    [InlineData("dgx ssh-ed25519 not-base64!", "dgx", 22, false)]
    public void A_key_is_known_where_a_line_says_so(string line, string host, int port, bool isKnown) =>
        Assert.Equal(isKnown, Known(string.Format(null, line, Base64(Key(1))), host, port).Check(Key(1)));

    [Fact]
    public void A_hashed_name_matches_its_host_only()
    {
        var line = $"{KnownHost.Hash("dgx")} ssh-ed25519 {Base64(Key(1))}";

        Assert.True(Known(line, "dgx", 22).Check(Key(1)));
        Assert.False(Known(line, "dgy", 22).Check(Key(1)));
        Assert.True(KnownHost.Parse("|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAA", "x:1")!.Matches("192.168.1.61"));
    }

    [Theory]
    [InlineData("dgx ssh-ed25519 {0}")]
    [InlineData("dgx ssh-rsa {0}")]
    [InlineData("other,dgx ssh-ed25519 {0}")]
    public void Any_other_key_than_the_known_one_has_changed(string line)
    {
        var fault = Assert.Throws<GpuOpsException>(() => Known("\n" + string.Format(null, line, Base64(Key(2))), "dgx", 22).Check(Key(1)));

        Assert.Equal("HostKeyChanged", fault.Id);
        Assert.Contains("known_hosts:2 ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ssh-keygen -R 'dgx'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_several_known_keys_will_do() =>
        Assert.True(Known($"dgx ssh-rsa {Base64(Key(2))}\ndgx ssh-ed25519 {Base64(Key(1))}", "dgx", 22).Check(Key(1)));

    [Fact]
    public void A_revoked_key_is_refused_even_where_another_line_knows_it()
    {
        var fault = Assert.Throws<GpuOpsException>(() => Known($"dgx ssh-ed25519 {Base64(Key(1))}\n@revoked * ssh-ed25519 {Base64(Key(1))}", "dgx", 22).Check(Key(1)));

        Assert.Equal("HostKeyRevoked", fault.Id);
    }

    [Fact]
    public void A_new_key_goes_on_a_line_of_its_own_whatever_the_file_ends_with()
    {
        var file = _folder.Write("known_hosts", "a b c");
        var known = KnownHosts.Read(new SshDestination("dgx", "ann") { Port = 2222, UserKnownHostsFiles = [file], GlobalKnownHostsFiles = [] });

        known.Add(Key(1));

        Assert.Equal(["a b c", $"[dgx]:2222 ssh-ed25519 {Base64(Key(1))}"], File.ReadAllLines(file));
    }

    private KnownHosts Known(string text, string host, int port) =>
        KnownHosts.Read(new SshDestination(host, "ann") { Port = port, UserKnownHostsFiles = [_folder.Write("known_hosts", text)], GlobalKnownHostsFiles = [] });

    private static byte[] Key(byte number) => [0, 0, 0, 11, .. Encoding.ASCII.GetBytes("ssh-ed25519"), 0, 0, 0, 1, number];

    private static string Base64(byte[] key) => Convert.ToBase64String(key);
}

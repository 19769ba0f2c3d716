using System.Text;
using CsCheck;
using GpuOps.Channels;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels;

/// <summary>The contract on this host.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LocalChannelTests : ChannelContract, IDisposable
{
    private readonly LocalChannel _channel = new();
    private readonly TemporaryFolder _folder = new();

    public LocalChannelTests() => Rig.Linux();

    public void Dispose() => _folder.Dispose();

    private protected override TimeSpan AtOnce => TimeSpan.FromSeconds(0.9);

    private protected override Task<ChannelPlace> PlaceAsync() => Task.FromResult(new ChannelPlace(_channel, _folder.Path));

    [Fact]
    public void Arguments_arrive_byte_for_byte() => Words.Several.Sample(
        words =>
        {
            var result = _channel.RunAsync(new ChannelCommand(["/usr/bin/printf", "%s\\0", .. words]), Token).GetAwaiter().GetResult();
            Assert.Equal(Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + "\0"))), result.Output);
        },
        iter: 20);
}

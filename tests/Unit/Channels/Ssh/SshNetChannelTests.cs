using GpuOps.Channels.Ssh;
using Microsoft.Extensions.Time.Testing;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over SSH.NET.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SshNetChannelTests() : SshChannelContract(ChannelKind.SshNet)
{
    [Fact]
    public async Task A_channel_closes_although_its_link_went_down_while_a_command_was_ended()
    {
        await using var rig = await StartAsync();
        var time = new FakeTimeProvider();
        var channel = new SshChannel(rig.Destination() with { KeepAlive = TimeSpan.Zero }, null, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (id, said) = (Path.Combine(rig.Folder, "id"), Path.Combine(rig.Folder, "said"));
        var run = channel.RunAsync(Sh("trap ': > \"$2\"' INT; : > \"$1\"; while :; do sleep 0.05; done", id, said), giveUp.Token);
        await UntilExistsAsync(id);
        await giveUp.CancelAsync();
        // What ends it runs now, and its end is never heard of.
        await UntilExistsAsync(said);
        rig.SilenceConnections();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        var closing = channel.DisposeAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(20));

        await closing.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }
}

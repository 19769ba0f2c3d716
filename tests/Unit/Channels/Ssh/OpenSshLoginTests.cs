using GpuOps.Channels.OpenSsh;
using GpuOps.Channels.Ssh;
using GpuOps.Rigs;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>The contract over the installed ssh.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class OpenSshLoginTests() : SshLoginContract(ChannelKind.OpenSsh)
{
    [Fact]
    public async Task Who_names_a_key_offers_no_other_of_the_agents()
    {
        var call = OpenSshCall.Find(new OpenSshOptions("h") { ConfigurationFile = "none" });
        Assert.Contains("identitiesonly no", await WouldDoAsync(call), StringComparison.Ordinal);
        Assert.Contains("identitiesonly yes", await WouldDoAsync(call with { Options = call.Options with { IdentityFiles = ["/k"] } }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_gives_up_at_a_question_is_not_asked_the_next_one()
    {
        await using var rig = await SshRig.StartAsync();
        var keys = (string[])["one", "two"];
        foreach (var key in keys.Select(key => Path.Combine(rig.Folder, key)))
        {
            await SshdRig.KeygenAsync(key, "secret");
            rig.Authorize(key);
        }

        var asked = 0;
        var dialog = new SshDialog { Ask = (_, _) => Interlocked.Increment(ref asked) == 1 ? throw new OperationCanceledException() : Task.FromResult<string?>("secret") };
        await using var channel = Open(rig.Destination() with { IdentityFiles = [.. keys.Select(key => Path.Combine(rig.Folder, key))] }, dialog);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.RunAsync(SshRig.Sh("true"), SshRig.Token));
        Assert.Equal(1, asked);
    }

    private static async Task<string> WouldDoAsync(OpenSshCall call)
    {
        await using var here = new GpuOps.Channels.LocalChannel();
        return (await here.RunAsync(call.Ask(), TestContext.Current.CancellationToken)).OutputText;
    }
}

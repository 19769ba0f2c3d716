using GpuOps.Channels.OpenSsh;

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

    private static async Task<string> WouldDoAsync(OpenSshCall call)
    {
        await using var here = new GpuOps.Channels.LocalChannel();
        return (await here.RunAsync(call.Ask(), TestContext.Current.CancellationToken)).OutputText;
    }
}

using System.Runtime.Versioning;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;

namespace GpuOps.Channels.OpenSsh;

/// <summary>The far end and the hosts on the way to it, as ssh resolves them.</summary>
/// <param name="Hops">The nearest first; the last is the far end.</param>
[UnsupportedOSPlatform("windows")]
internal sealed record OpenSshWay(IReadOnlyList<OpenSshSettings> Hops)
{
    private const int MostJumps = 16;

    /// <summary>The far end.</summary>
    public OpenSshSettings End => Hops[^1];

    /// <summary>True when it leads through other hosts.</summary>
    public bool HasJumps => Hops.Count > 1;

    /// <summary>Asks ssh. The first jump host may have jump hosts of its own; each further one is reached through the one before it.</summary>
    /// <param name="call">How ssh is called.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SshConfigInvalid</c>, with ssh's own words.</exception>
    public static async Task<OpenSshWay> ReadAsync(OpenSshCall call, CancellationToken cancellationToken)
    {
        List<OpenSshSettings> hops = [await AskAsync(call.Options.Name, call.Ask(), cancellationToken)];
        while (hops[0].JumpHosts is { Count: > 0 } jumps)
        {
            if (hops.Count > MostJumps)
                throw Invalid(call.Options.Name, $"the jump hosts are more than {MostJumps}, or lead in a circle");
            List<OpenSshSettings> more = [];
            foreach (var jump in jumps)
                more.Add(await AskAsync(SshAddress.Parse(jump).Host, call.Ask(SshAddress.Parse(jump)), cancellationToken));
            hops.InsertRange(0, more);
        }

        return new OpenSshWay(hops);
    }

    private static async Task<OpenSshSettings> AskAsync(string name, ChannelCommand ask, CancellationToken cancellationToken)
    {
        await using var here = new LocalChannel();
        var result = await here.RunAsync(ask, cancellationToken);
        return result.ExitCode == 0 ? OpenSshSettings.Parse(name, result.OutputText) : throw Invalid(name, result.ErrorText.Trim());
    }

    private static GpuOpsException Invalid(string name, string reason) =>
        new("SshConfigInvalid", GpuOpsErrorKind.InvalidArgument, $"The configuration of ssh for '{name}' is wrong: {reason}", name);
}

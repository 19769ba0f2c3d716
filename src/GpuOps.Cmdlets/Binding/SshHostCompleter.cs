using System.Collections;
using GpuOps.Channels.Ssh;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the hosts that the configuration of ssh has a section for.</summary>
public sealed class SshHostCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        new SshConfig(SshConfigPlaces.Default()).Hosts().Select(Offer);

    internal static (string Value, string Tip) Offer(string host) => (host, $"Host {host} of ~/.ssh/config");
}

using System.Collections;
using GpuOps.Channels.Ssh;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the SSH profiles, and then the hosts that the configuration of ssh has a section for.</summary>
public sealed class SshNameCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        Configuration().SshProfiles.Select(static profile => (profile.Name, SshProfileCompleter.Tip(profile)))
            .Concat(new SshConfig(SshConfigPlaces.Default()).Hosts().Select(SshHostCompleter.Offer))
            .DistinctBy(static offer => offer.Item1, StringComparer.OrdinalIgnoreCase);
}

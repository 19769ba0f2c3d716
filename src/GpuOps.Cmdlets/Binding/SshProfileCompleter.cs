using System.Collections;
using GpuOps.Channels;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the SSH profiles.</summary>
public sealed class SshProfileCompleter : GpuOpsCompleter
{
    internal static string Tip(SshProfile profile) => profile.Description ?? profile.HostName;

    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        Configuration().SshProfiles.Select(static profile => (profile.Name, Tip(profile)));
}

using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Channels.Ssh;

/// <summary>Finds the way to a host by what a person calls it: an SSH profile, else a host as <c>ssh</c> finds it.</summary>
/// <param name="profiles">The profiles.</param>
/// <param name="defaultName">The profile that is meant when none is named; null for none.</param>
/// <param name="places">Where the configuration of ssh is.</param>
public sealed class SshRoutes(IReadOnlyList<SshProfile> profiles, string? defaultName, SshConfigPlaces places)
{
    /// <summary>Knows no profile, and the hosts that the user of this process has configured.</summary>
    public static SshRoutes WithoutProfiles() => new([], null, SshConfigPlaces.Default());

    /// <summary>The way to a host.</summary>
    /// <param name="name">A profile's name, or <c>[user@]host[:port]</c>; null for the default profile.</param>
    /// <exception cref="GpuOpsException">As for <see cref="FindProfile"/>, or <c>SshAddressInvalid</c>.</exception>
    public SshRoute Find(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return FindDefault();
        if (Named(name) is { } profile)
            return Along(profile);
        SshAddress.Parse(name);
        return new SshRoute(name, null, () => new SshConfig(places).Resolve(name));
    }

    /// <summary>The way that a profile describes.</summary>
    /// <param name="name">The profile's name.</param>
    /// <exception cref="GpuOpsException"><c>UnknownSshProfile</c>.</exception>
    public SshRoute FindProfile(string name) => Along(Named(name) ?? throw Unknown(name, ""));

    private SshRoute FindDefault()
    {
        if (defaultName is null)
            throw new GpuOpsException("NoDefaultSshProfile", GpuOpsErrorKind.NotReady,
                "No host is named, and there is no default SSH profile. Name one, or make one the default: Set-SshProfile NAME -Default.");
        return Along(Named(defaultName) ?? throw Unknown(defaultName, ", which ssh.profile says is the default"));
    }

    private SshRoute Along(SshProfile profile) => new(profile.Name, profile, () => new SshConfig(places).Resolve(profile));

    private SshProfile? Named(string name) => profiles.FirstOrDefault(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private GpuOpsException Unknown(string name, string who) => new("UnknownSshProfile", GpuOpsErrorKind.NotFound,
        $"There is no SSH profile '{Excerpt.Of(name)}'{who}.{NearestName.Hint(name, profiles.Select(static profile => profile.Name))} New-SshProfile makes one.", name);
}

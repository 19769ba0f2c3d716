using GpuOps.Channels.Ssh;
using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>
/// On which host a backend is, for every scheme that can be elsewhere: <c>scheme:</c> alone is this host,
/// <c>scheme://NAME</c> an SSH profile or a host as ssh finds it, <c>scheme://</c> the default profile, and the key
/// <c>sshProfile</c> of an entry a certain profile.
/// </summary>
internal static class BackendRoute
{
    /// <summary>The key of an entry that names a profile.</summary>
    public static BackendOption Option { get; } = new("sshProfile", SettingType.SshProfile, "The SSH profile that leads there; the URI then names no host.");

    /// <summary>Fails when what says the host makes no sense.</summary>
    /// <param name="definition">The backend.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c> or <c>SshAddressInvalid</c>.</exception>
    public static void Check(BackendDefinition definition)
    {
        if (string.IsNullOrEmpty(definition.Uri.Authority))
            return;
        if (definition.Option(Option.Key) is { } profile)
            throw BackendUri.Invalid(definition.Uri.Text, $"it names a host, and '{Option.Key}' names the profile '{profile}'; leave one of them out");
        SshAddress.Parse(AddressOf(definition.Uri));
    }

    /// <summary>The way to a backend; null when it is on this host.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The profiles there are.</param>
    /// <exception cref="GpuOpsException"><c>UnknownSshProfile</c> or <c>NoDefaultSshProfile</c>.</exception>
    public static SshRoute? Find(BackendDefinition definition, BackendContext context)
    {
        if (definition.Option(Option.Key) is { } profile)
            return context.Ssh.FindProfile(profile);
        if (definition.Uri.Authority is null)
            return null;
        var route = context.Ssh.Find(AddressOf(definition.Uri));
        // Where a profile leads its owner decided, whoever names it.
        return route with { IsTrusted = route.Profile is not null || definition.Source != ConfigurationSource.Project };
    }

    private static string AddressOf(BackendUri uri) => uri.User is null ? uri.Authority! : $"{uri.User}@{uri.Authority}";
}

namespace GpuOps.Channels.Ssh;

/// <summary>Where a user's settings for SSH are, and who the user is.</summary>
/// <param name="Home">The home folder.</param>
/// <param name="User">The local account.</param>
public sealed record SshConfigPlaces(string Home, string User)
{
    /// <summary>The user's own file.</summary>
    public string UserFile { get; init; } = Path.Combine(Home, ".ssh", "config");

    /// <summary>The file for all users; its settings give way to the user's.</summary>
    public string SystemFile { get; init; } = "/etc/ssh/ssh_config";

    /// <summary>The name of this host, <c>%l</c>.</summary>
    public string LocalHost { get; init; } = System.Environment.MachineName;

    /// <summary>Variables, for <c>${NAME}</c> and the agent's socket.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Those of the user of this process.</summary>
    public static SshConfigPlaces Default() => new(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), System.Environment.UserName);
}

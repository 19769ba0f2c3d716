namespace GpuOps.Channels.Ssh;

/// <summary>Everything that is to be known to reach a host over SSH, with every name and default resolved.</summary>
/// <param name="Host">The name or address to connect to.</param>
/// <param name="User">The account there.</param>
public sealed record SshDestination(string Host, string User)
{
    /// <summary>The port.</summary>
    public int Port { get; init; } = 22;

    /// <summary>The name its key is looked up by, when that is not the host and port.</summary>
    public string? HostKeyAlias { get; init; }

    /// <summary>Key files to try, in order; those that do not exist are left out.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>Offers no key of the agent that is not among <see cref="IdentityFiles"/>.</summary>
    public bool IdentitiesOnly { get; init; }

    /// <summary>The socket of ssh-agent; null for none.</summary>
    public string? AgentSocket { get; init; }

    /// <summary>The hosts on the way, the nearest first. Each is reached through the one before it.</summary>
    public IReadOnlyList<SshDestination> JumpHosts { get; init; } = [];

    /// <summary>How often the far end is asked for a sign of life while a command runs; zero for never.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many <see cref="KeepAlive"/> intervals it may stay silent before it counts as lost.</summary>
    public int KeepAliveCount { get; init; } = 3;

    /// <summary>How long a connection may take; the time a person takes to answer does not count.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Files of known host keys; new keys are added to the first.</summary>
    public IReadOnlyList<string> UserKnownHostsFiles { get; init; } = [];

    /// <summary>More files of known host keys, which are only read.</summary>
    public IReadOnlyList<string> GlobalKnownHostsFiles { get; init; } = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

    /// <summary>Hides the host's name in what is added to the file of known hosts.</summary>
    public bool HashKnownHosts { get; init; }

    /// <summary>Refuses an unknown host key without asking.</summary>
    public bool StrictHostKeys { get; init; }

    /// <summary>Variables that every command gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What a person calls it: <c>ann@dgx</c>, with the port where it is not 22.</summary>
    public string Description => Port == 22 ? $"{User}@{Host}" : $"{User}@{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}

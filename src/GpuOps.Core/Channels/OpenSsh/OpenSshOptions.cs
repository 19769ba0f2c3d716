namespace GpuOps.Channels.OpenSsh;

/// <summary>
/// How the installed <c>ssh</c> is called. What is not said here it takes from the user's own configuration, which it
/// reads by itself.
/// </summary>
/// <param name="Name">The destination as ssh is given it: <c>[user@]host[:port]</c>, or a name from its configuration.</param>
public sealed record OpenSshOptions(string Name)
{
    /// <summary>The account there.</summary>
    public string? User { get; init; }

    /// <summary>The port there.</summary>
    public int? Port { get; init; }

    /// <summary>Key files to try, and besides them only those that the configuration names; empty leaves it to that and the agent.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>The hosts on the way, the nearest first: <c>[user@]host[:port]</c>, or names from ssh's configuration.</summary>
    public IReadOnlyList<string> JumpHosts { get; init; } = [];

    /// <summary>How often the far end is asked for a sign of life, to the second; zero for never.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>How long a connection may take, to the second; a login is not limited.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Variables that every command gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The program, found in PATH unless it is a path.</summary>
    public string Program { get; init; } = "ssh";

    /// <summary>A configuration that takes the place of the user's and the system's; null for these.</summary>
    public string? ConfigurationFile { get; init; }
}

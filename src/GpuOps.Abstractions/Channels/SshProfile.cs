using GpuOps.Configuration;

namespace GpuOps.Channels;

/// <summary>A named way to a host over SSH. What it leaves out comes from <c>~/.ssh/config</c>. It never has a password.</summary>
public sealed record SshProfile
{
    /// <summary>The name; upper and lower case are the same.</summary>
    public required string Name { get; init; }

    /// <summary>The host: a name, an address, or the name of a Host section of <c>~/.ssh/config</c>.</summary>
    public required string HostName { get; init; }

    /// <summary>The account there; null leaves it to <c>~/.ssh/config</c>, and that to the name of the local account.</summary>
    public string? User { get; init; }

    /// <summary>The port, 1 to 65535; null leaves it to <c>~/.ssh/config</c>, and that to 22.</summary>
    public int? Port { get; init; }

    /// <summary>The files of the keys to log in with, and no others; empty leaves it to <c>~/.ssh/config</c> and the agent.</summary>
    public IReadOnlyList<string> KeyPath { get; init; } = [];

    /// <summary>The hosts on the way, the nearest first, as <c>[user@]host[:port]</c>; empty leaves it to <c>~/.ssh/config</c>.</summary>
    public IReadOnlyList<string> JumpHost { get; init; } = [];

    /// <summary>How often the host is asked for a sign of life while a command runs; null leaves it to <c>~/.ssh/config</c>.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Variables that every command on the host gets.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentVariable { get; init; } = new Dictionary<string, string>();

    /// <summary>What it is for, in its owner's words.</summary>
    public string? Description { get; init; }

    /// <summary>What carries the connection.</summary>
    public SshTransport Transport { get; init; }

    /// <summary>Whether it is meant where a host is needed and none is named.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The layer that defines it.</summary>
    public ConfigurationSource Source { get; init; }

    /// <summary>The file with its line.</summary>
    public string? Origin { get; init; }
}

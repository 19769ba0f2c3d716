using System.Net;

namespace GpuOps.Pools.Redis;

/// <summary>Where a Redis pool is and how to get in.</summary>
public sealed record RedisPoolOptions
{
    /// <summary>The servers: one, or several nodes of one cluster. A <see cref="DnsEndPoint"/>, an <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.</summary>
    public required IReadOnlyList<EndPoint> EndPoints { get; init; }

    /// <summary>The pool's name on the server: 1 to 64 letters, digits, dots, dashes and underscores.</summary>
    public string Pool { get; init; } = "default";

    /// <summary>Encrypts, and checks the server's certificate and its name, always.</summary>
    public bool Tls { get; init; }

    /// <summary>A PEM file with the certificates to trust instead of the system's; null trusts the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The ACL user; null is the server's default user.</summary>
    public string? User { get; init; }

    /// <summary>Gives the password when a connection is made; null, or an answer of null, is none.</summary>
    public Func<string?>? Password { get; init; }

    /// <summary>The environment variable that the password comes from, for messages; null when none is known.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>How long the first connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long one try of an operation may take.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an operation is tried again while the store does not answer.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the usage of finished reservations is kept.</summary>
    public TimeSpan UsageRetention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>The backend's name, which reservations and queue entries carry.</summary>
    public string Backend { get; init; } = "";
}

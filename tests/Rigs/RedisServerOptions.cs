namespace GpuOps.Rigs;

/// <summary>What a private Redis server is to be like.</summary>
public sealed record RedisServerOptions
{
    /// <summary>The password of the default user; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>Lines of an ACL file, such as <c>user gpu on >secret ~gpuops:* +@all</c>.</summary>
    public IReadOnlyList<string> AclLines { get; init; } = [];

    /// <summary>Keeps every write on disk before it is answered.</summary>
    public bool AppendOnly { get; init; }

    /// <summary>Speaks TLS only, with a certificate for localhost that <see cref="RedisServerRig.CaFile"/> signed.</summary>
    public bool Tls { get; init; }

    /// <summary>Listens on a Unix socket too.</summary>
    public bool UnixSocket { get; init; }

    /// <summary>A cluster of one node that holds all slots.</summary>
    public bool Cluster { get; init; }

    /// <summary>Lets <see cref="RedisServerRig.SetClock"/> move the server's clock; needs libfaketime.</summary>
    public bool MovableClock { get; init; }

    /// <summary>More arguments for redis-server.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

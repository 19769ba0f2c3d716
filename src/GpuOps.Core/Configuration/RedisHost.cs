namespace GpuOps.Configuration;

/// <summary>One address of a Redis server.</summary>
/// <param name="Name">A DNS name or an IP address; IPv6 without brackets.</param>
/// <param name="Port">The TCP port.</param>
public sealed record RedisHost(string Name, int Port);

using System.Net;
using System.Net.Sockets;
using GpuOps.Configuration;

namespace GpuOps.Pools.Redis;

public sealed partial class RedisGpuPool
{
    /// <summary>The pool of a configured backend.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="context">The settings and the world around.</param>
    public static RedisGpuPool From(BackendDefinition definition, BackendContext context)
    {
        var endpoint = RedisEndpoint.From(definition, context.Environment);
        return new RedisGpuPool(new RedisPoolOptions
        {
            EndPoints = endpoint.Socket is { } socket
                ? [new UnixDomainSocketEndPoint(socket)]
                : [.. endpoint.Hosts.Select(host => new DnsEndPoint(host.Name, host.Port))],
            Pool = endpoint.Pool,
            Tls = endpoint.Tls,
            CaFile = endpoint.CaFile,
            User = endpoint.User,
            Password = definition.ReadPassword,
            PasswordVariable = definition.PasswordVariable,
            UsageRetention = context.Settings.UsageRetention,
            Backend = definition.Name,
        });
    }
}

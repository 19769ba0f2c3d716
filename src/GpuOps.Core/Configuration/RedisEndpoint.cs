using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GpuOps.Errors;
using GpuOps.Pools.Redis;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>
/// Where a Redis backend is: <c>redis://[user@]host[:port][,host[:port]…][/][?pool=NAME]</c>, the same with
/// <c>rediss:</c> and <c>caFile=PATH</c> for TLS, or <c>redis+unix:///path/to/socket</c>.
/// </summary>
public sealed record RedisEndpoint
{
    private const int DefaultPort = 6379;
    private static readonly string[] QueryKeys = ["pool", "caFile"];

    /// <summary>The servers, at least one; empty for a socket.</summary>
    public required IReadOnlyList<RedisHost> Hosts { get; init; }

    /// <summary>The Unix socket, absolute, or null.</summary>
    public string? Socket { get; init; }

    /// <summary>Whether the connection is encrypted and the server's certificate checked.</summary>
    public bool Tls { get; init; }

    /// <summary>A PEM file of the certificates to trust, absolute; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The ACL user, or null for the default one.</summary>
    public string? User { get; init; }

    /// <summary>The pool's name: letters, digits, <c>.</c>, <c>_</c>, <c>-</c>, at most 64; it becomes part of each key.</summary>
    public required string Pool { get; init; }

    /// <summary>Reads the URI and the options of a backend.</summary>
    /// <param name="definition">The backend.</param>
    /// <param name="environment">What paths are resolved with.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c>.</exception>
    public static RedisEndpoint From(BackendDefinition definition, ConfigurationEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(environment);
        var uri = definition.Uri;
        if (uri.Query.Keys.FirstOrDefault(key => !QueryKeys.Contains(key)) is { } unknown)
            throw BackendUri.Invalid(uri.Text, $"redis: knows no option '{Excerpt.Of(unknown)}'.{NearestName.Hint(unknown, QueryKeys).TrimEnd('.', '?')}");

        var isSocket = uri.Scheme == "redis+unix";
        var tls = uri.Scheme == "rediss";
        var caFile = Either(definition, "caFile", uri.Query.GetValueOrDefault("caFile") is { } path ? environment.ResolvePath(path, definition.Folder) : null);
        if (caFile is not null && !tls) throw BackendUri.Invalid(uri.Text, "caFile is for TLS; begin with 'rediss:' for that");

        return new RedisEndpoint
        {
            Hosts = isSocket ? [] : ReadHosts(uri),
            Socket = isSocket ? ReadSocket(uri) : null,
            Tls = tls,
            CaFile = caFile,
            User = Either(definition, "user", uri.User),
            Pool = CheckPool(uri, Either(definition, "pool", uri.Query.GetValueOrDefault("pool")) ?? "default"),
        };
    }

    private static string? Either(BackendDefinition definition, string key, string? inUri) =>
        (definition.Option(key), inUri) switch
        {
            (null, _) => inUri,
            (var option, null) => option,
            var (option, same) when option == same => option,
            _ => throw BackendUri.Invalid(definition.Uri.Text, $"'{key}' is given in the URI and beside it, differently"),
        };

    private static string ReadSocket(BackendUri uri)
    {
        if (!string.IsNullOrEmpty(uri.Authority)) throw BackendUri.Invalid(uri.Text, "after 'redis+unix://' comes a third '/' and the socket's path");
        return uri.Path.Length > 1 && uri.Path[0] == '/' ? uri.Path : throw BackendUri.Invalid(uri.Text, "the socket's absolute path is missing");
    }

    private static RedisHost[] ReadHosts(BackendUri uri)
    {
        if (uri.Authority is null && uri.Path.Length > 0) throw BackendUri.Invalid(uri.Text, $"the host comes after '//': {uri.Scheme}://host:{DefaultPort}");
        if (uri.Path is not ("" or "/"))
            throw BackendUri.Invalid(uri.Text, $"it names no database ('{Excerpt.Of(uri.Path)}'): a pool is chosen by its name, ?pool=NAME");
        return string.IsNullOrEmpty(uri.Authority)
            ? [new RedisHost("localhost", DefaultPort)]
            : [.. uri.Authority.Split(',').Select(part => ReadHost(uri, part))];
    }

    private static RedisHost ReadHost(BackendUri uri, string part)
    {
        var end = part.StartsWith('[') ? part.IndexOf(']', StringComparison.Ordinal) + 1 : part.IndexOf(':', StringComparison.Ordinal);
        if (end < 0) end = part.Length;
        var name = BackendUri.Decode(uri.Text, part[..end]);
        var isV6 = part.StartsWith('[') && end > 0;
        if (isV6) name = name[1..^1];
        var valid = isV6
            ? IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            : name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        if (!valid) throw BackendUri.Invalid(uri.Text, $"'{Excerpt.Of(BackendUri.Redact(part))}' is not a host; an IPv6 address goes into brackets");
        if (end == part.Length) return new RedisHost(name, DefaultPort);

        var digits = part[end] == ':' ? part[(end + 1)..] : "";
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= IPEndPoint.MaxPort
            ? new RedisHost(name, port)
            : throw BackendUri.Invalid(uri.Text, $"a port is a number from 1 to {IPEndPoint.MaxPort}");
    }

    private static string CheckPool(BackendUri uri, string pool) =>
        RedisKeys.IsPoolName(pool)
            ? pool
            : throw BackendUri.Invalid(uri.Text, $"'{Excerpt.Of(pool)}' cannot be a pool's name: letters, digits, '.', '_' and '-', at most {RedisKeys.LongestPool}");
}

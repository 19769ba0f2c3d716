using System.Globalization;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Channels.Ssh;

/// <summary>A host as it is typed: <c>[user@]host[:port]</c>, <c>ssh://[user@]host[:port]</c>, IPv6 in brackets.</summary>
/// <param name="Host">The name, as typed.</param>
/// <param name="User">The account, when given.</param>
/// <param name="Port">The port, when given.</param>
public sealed record SshAddress(string Host, string? User, int? Port)
{
    /// <summary>Reads one.</summary>
    /// <param name="text">What was typed.</param>
    /// <exception cref="GpuOpsException"><c>SshAddressInvalid</c>.</exception>
    public static SshAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase) ? text[6..].TrimEnd('/') : text;
        string? user = null;
        if (rest.LastIndexOf('@') is >= 0 and var at)
            (user, rest) = (rest[..at], rest[(at + 1)..]);
        var (host, port) = rest.StartsWith('[') && rest.IndexOf(']') is > 0 and var end ? (rest[1..end], rest[(end + 1)..])
            : rest.Count(c => c == ':') == 1 ? (rest[..rest.IndexOf(':')], rest[rest.IndexOf(':')..])
            : (rest, "");
        // A name that begins with a dash, or has a blank or a control character, is meant for a program, not for a host.
        if (host.Length == 0 || host.StartsWith('-') || user is "" || user?.StartsWith('-') == true || host.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw Invalid(text);
        return port.Length == 0 ? new SshAddress(host, user, null)
            : port[0] == ':' && int.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
                ? new SshAddress(host, user, number)
                : throw Invalid(text);
    }

    private static GpuOpsException Invalid(string text) =>
        new("SshAddressInvalid", GpuOpsErrorKind.InvalidArgument, $"'{Excerpt.Of(text)}' names no host. Write [user@]host[:port].", text);
}

using System.Security.Cryptography;
using System.Text;

namespace GpuOps.Channels.Ssh;

/// <summary>One line of a file of known hosts, see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".</summary>
/// <param name="Hosts">Names, patterns, or one hashed name, as written.</param>
/// <param name="KeyType">The type of the key.</param>
/// <param name="Key">The key.</param>
/// <param name="IsRevoked">It must never be accepted.</param>
/// <param name="Place">The file and the line, <c>FILE:LINE</c>.</param>
public sealed record KnownHost(string Hosts, string KeyType, ReadOnlyMemory<byte> Key, bool IsRevoked, string Place)
{
    private const string HashMark = "|1|";

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>Null for comments, certificate authorities (which vouch for certificates, and we take none) and what cannot be read.</returns>
    public static KnownHost? Parse(string line, string place)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries).AsSpan();
        var isRevoked = words is ["@revoked", ..];
        if (words.Length == 0 || words[0].StartsWith('#') || (words[0].StartsWith('@') && !isRevoked))
            return null;
        if (isRevoked)
            words = words[1..];
        return words.Length >= 3 && TryDecode(words[2]) is { } key ? new KnownHost(words[0], words[1], key, isRevoked, place) : null;
    }

    /// <summary>Whether the line is about a host.</summary>
    /// <param name="name">Its name as it is looked up: <c>host</c>, or <c>[host]:port</c>.</param>
    public bool Matches(string name) =>
        Hosts.StartsWith(HashMark, StringComparison.Ordinal) ? MatchesHash(name) : SshPattern.MatchesList(Hosts.Split(','), name, ignoreCase: true);

    /// <summary>The name with which a host's key is looked up.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">The port.</param>
    public static string Name(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return port == 22 ? host.ToLowerInvariant() : $"[{host.ToLowerInvariant()}]:{port}";
    }

    /// <summary>A name from which nobody can tell the host without guessing it.</summary>
    /// <param name="name">The name.</param>
    public static string Hash(string name)
    {
        var salt = RandomNumberGenerator.GetBytes(20);
        return $"{HashMark}{Convert.ToBase64String(salt)}|{Convert.ToBase64String(Digest(salt, name))}";
    }

    private bool MatchesHash(string name) =>
        Hosts.Split('|') is ["", "1", var salt, var hash] && TryDecode(salt) is { } salted && TryDecode(hash) is { } digest
            && Digest(salted, name).AsSpan().SequenceEqual(digest);

    // SHA-1 is the format's, and hides a name; no security of a connection rests on it.
#pragma warning disable CA5350
    private static byte[] Digest(byte[] salt, string name) => HMACSHA1.HashData(salt, Encoding.UTF8.GetBytes(name));
#pragma warning restore CA5350

    private static byte[]? TryDecode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}

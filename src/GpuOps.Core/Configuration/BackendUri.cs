using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>
/// A backend's URI taken apart: <c>scheme:path?query</c> or <c>scheme://user@authority/path?query</c>. Unlike
/// <see cref="Uri"/>, the authority may name several hosts. It never carries a password.
/// </summary>
public sealed record BackendUri
{
    private const int Longest = 4096;
    private static readonly string[] SecretKeys = ["password", "passwd", "pass", "pwd", "secret", "token", "auth"];

    private BackendUri(string text, string scheme)
    {
        Text = text;
        Scheme = scheme;
    }

    /// <summary>The URI as it was written.</summary>
    public string Text { get; }

    /// <summary>The scheme in lower case.</summary>
    public string Scheme { get; }

    /// <summary>The user before <c>@</c>, decoded, or null.</summary>
    public string? User { get; private init; }

    /// <summary>What stands between <c>//</c> and the path, without the user and as written; null without <c>//</c>.</summary>
    public string? Authority { get; private init; }

    /// <summary>The path, decoded; may be empty.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The options after <c>?</c>, decoded.</summary>
    public IReadOnlyDictionary<string, string> Query { get; private init; } = new Dictionary<string, string>();

    /// <summary>Takes a URI apart.</summary>
    /// <param name="text">The URI.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c>, or <c>PasswordInUri</c>; neither shows a password.</exception>
    public static BackendUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest) throw Invalid(text, $"it is longer than {Longest} characters");
        if (Redact(text) != text) throw PasswordInside(text);
        if (text.Any(char.IsControl)) throw Invalid(text, "it has a control character");
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !IsScheme(text[..colon])) throw Invalid(text, "it does not begin with a scheme, like 'sqlite:' or 'redis:'");
        if (text.Contains('#', StringComparison.Ordinal)) throw Invalid(text, "it has a '#'; write %23 where that belongs to a name");

        var (rest, query) = Cut(text[(colon + 1)..], '?');
        string? authority = null, user = null;
        var path = rest;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            authority = slash < 0 ? rest[2..] : rest[2..slash];
            path = slash < 0 ? "" : rest[slash..];
            (user, authority) = SplitUser(text, authority);
        }

        return new BackendUri(text, text[..colon].ToLowerInvariant())
        {
            User = user,
            Authority = authority,
            Path = Decode(text, path),
            Query = ReadQuery(text, query),
        };
    }

    /// <summary>The URI with whatever may be a password replaced by <c>***</c>, for messages.</summary>
    /// <param name="text">The URI, however malformed.</param>
    public static string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // A password may itself have '@' or '/' in it: everything up to the last '@' is suspect.
        var at = text.LastIndexOf('@');
        var start = text.IndexOf(':', StringComparison.Ordinal) + 1;
        if (text.AsSpan(start).StartsWith("//")) start += 2;
        var colon = at > start ? text.IndexOf(':', start, at - start) : -1;
        if (colon >= 0) text = string.Concat(text.AsSpan(0, colon + 1), "***", text.AsSpan(at));

        return SecretKeys.Aggregate(text, RedactOption);
    }

    /// <summary>A part of a URI with everything but letters, digits and <c>-._~/</c> encoded.</summary>
    /// <param name="path">The path, decoded.</param>
    public static string EncodePath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
    }

    /// <summary>Undoes percent encoding.</summary>
    /// <exception cref="GpuOpsException"><c>InvalidBackendUri</c>: a <c>%</c> without two hex digits, no UTF-8, a control character.</exception>
    internal static string Decode(string uri, string part)
    {
        for (var i = part.IndexOf('%', StringComparison.Ordinal); i >= 0; i = part.IndexOf('%', i + 1))
        {
            if (i + 2 >= part.Length || !char.IsAsciiHexDigit(part[i + 1]) || !char.IsAsciiHexDigit(part[i + 2]))
                throw Invalid(uri, "a '%' must be followed by two hexadecimal digits");
        }

        var decoded = Uri.UnescapeDataString(part);
        return decoded.Any(char.IsControl) ? throw Invalid(uri, "it has a control character") : decoded;
    }

    internal static GpuOpsException Invalid(string uri, string problem) => new(
        "InvalidBackendUri", GpuOpsErrorKind.InvalidArgument, $"'{Excerpt.Of(Redact(uri))}' is not a backend's URI: {problem}.");

    internal static GpuOpsException PasswordInside(string uri) => new(
        "PasswordInUri",
        GpuOpsErrorKind.NotAllowed,
        $"'{Excerpt.Of(Redact(uri))}' has a password in it, where shell histories, process lists and files would show it. Leave it out and put it into the environment: GPUOPS_<NAME>_PASSWORD for a named backend, GPUOPS_REDIS_PASSWORD for a redis: URI.");

    // Also key=value after a comma, as other tools write it.
    private static string RedactOption(string text, string key)
    {
        for (var found = 0; (found = text.IndexOf(key + "=", found, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            var isOption = found > 0 && text[found - 1] is '?' or '&' or ',' or ';' or ' ';
            found += key.Length + 1;
            if (!isOption) continue;
            var length = text.AsSpan(found).IndexOfAny('&', ',', ';');
            text = string.Concat(text.AsSpan(0, found), "***", length < 0 ? "" : text.AsSpan(found + length));
        }

        return text;
    }

    private static (string? User, string Authority) SplitUser(string uri, string authority)
    {
        var at = authority.LastIndexOf('@');
        if (at < 0) return (null, authority);

        var user = authority[..at];
        if (user.Contains(':', StringComparison.Ordinal)) throw PasswordInside(uri);
        return user.Length == 0
            ? throw Invalid(uri, "the user before '@' is empty")
            : (Decode(uri, user), authority[(at + 1)..]);
    }

    private static Dictionary<string, string> ReadQuery(string uri, string? query)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (rawKey, rawValue) = Cut(part, '=');
            var key = Decode(uri, rawKey);
            if (SecretKeys.Contains(key, StringComparer.OrdinalIgnoreCase)) throw PasswordInside(uri);
            if (rawValue is null) throw Invalid(uri, $"the option '{Excerpt.Of(key)}' has no value");
            if (!options.TryAdd(key, Decode(uri, rawValue))) throw Invalid(uri, $"the option '{Excerpt.Of(key)}' is there twice");
        }

        return options;
    }

    private static (string Before, string? After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }

    private static bool IsScheme(string text) =>
        char.IsAsciiLetter(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
}

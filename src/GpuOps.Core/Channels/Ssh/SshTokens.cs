using System.Globalization;
using System.Text;

namespace GpuOps.Channels.Ssh;

/// <summary>What the tokens of ssh_config(5) stand for on the way to one host.</summary>
/// <param name="Places">The user's folders.</param>
/// <param name="Name">What was typed, <c>%n</c>.</param>
/// <param name="Host">The host to connect to, <c>%h</c>.</param>
/// <param name="Port">The port, <c>%p</c>.</param>
/// <param name="User">The account there, <c>%r</c>.</param>
/// <param name="Alias">The name of its key, <c>%k</c>.</param>
internal sealed record SshTokens(SshConfigPlaces Places, string Name, string Host, int Port, string User, string? Alias)
{
    /// <summary>A path with its tokens, variables and <c>~</c> replaced.</summary>
    public string Path(string text)
    {
        var path = Variables(Expand(text, Value));
        return path == "~" ? Places.Home : path.StartsWith("~/", StringComparison.Ordinal) ? System.IO.Path.Combine(Places.Home, path[2..]) : path;
    }

    /// <summary>A jump host with its tokens replaced.</summary>
    public string Jump(string text) => Expand(text, token => token is 'h' or 'n' or 'p' or 'r' ? Value(token) : null);

    /// <summary>Replaces tokens; <c>%%</c> is a percent sign, and one that is not known stays as it is.</summary>
    public static string Expand(string text, Func<char, string?> value)
    {
        var expanded = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 1 < text.Length && (text[i + 1] == '%' ? "%" : value(text[i + 1])) is { } replacement)
            {
                expanded.Append(replacement);
                i++;
            }
            else
            {
                expanded.Append(text[i]);
            }
        }

        return expanded.ToString();
    }

    private string? Value(char token) => token switch
    {
        'd' => Places.Home,
        'h' => Host,
        'k' => Alias ?? Name,
        'l' => Places.LocalHost,
        'L' => Places.LocalHost.Split('.')[0],
        'n' => Name,
        'p' => Port.ToString(CultureInfo.InvariantCulture),
        'r' => User,
        'u' => Places.User,
        _ => null,
    };

    private string Variables(string text)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0;)
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
                return text;
            var value = Places.Environment(text[(at + 2)..end]) ?? "";
            text = text[..at] + value + text[(end + 1)..];
            at = text.IndexOf("${", at + value.Length, StringComparison.Ordinal);
        }

        return text;
    }
}

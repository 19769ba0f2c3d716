using System.Globalization;
using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>One row of the table of what an SSH profile has: a key of its entry in a file.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">How a value is read.</param>
/// <param name="Description">What it does, one sentence.</param>
/// <param name="Apply">Puts what was read into a profile.</param>
/// <param name="Read">Takes it out again, as it was read; empty when the profile leaves it out.</param>
public sealed record SshProfileKey(
    string Name, SettingType Type, string Description, Func<SshProfile, IReadOnlyList<object>, SshProfile> Apply, Func<SshProfile, IEnumerable<object?>> Read)
{
    /// <summary>The key of the variables, a map.</summary>
    public const string Environment = "environment";

    /// <summary>What <see cref="Environment"/> does.</summary>
    public const string EnvironmentDescription = "Variables that every command on the host gets, a map; nothing secret belongs into a file.";

    /// <summary>Every key but <see cref="Environment"/>, in the order they are written.</summary>
    public static IReadOnlyList<SshProfileKey> All { get; } =
    [
        new("host", Checked("host", CheckHost), "The host: a name, an address, or the name of a Host section of ~/.ssh/config.",
            static (profile, values) => profile with { HostName = (string)values[0] }, static profile => [profile.HostName]),
        new("user", Checked("text", CheckUser), "The account there.",
            static (profile, values) => profile with { User = (string)values[0] }, static profile => [profile.User]),
        new("port", Checked("port", CheckPort), "The port.",
            static (profile, values) => profile with { Port = int.Parse((string)values[0], CultureInfo.InvariantCulture) },
            static profile => [profile.Port?.ToString(CultureInfo.InvariantCulture)]),
        new("key", SettingType.Path, "The file of the key to log in with, or a list of several; no other key is then offered.",
            static (profile, values) => profile with { KeyPath = [.. values.Cast<string>()] }, static profile => profile.KeyPath) { IsList = true },
        new("jumpHosts", Checked("host", CheckJumpHost), "The hosts on the way, the nearest first, each [user@]host[:port]; one, or a list.",
            static (profile, values) => profile with { JumpHost = [.. values.Cast<string>()] }, static profile => profile.JumpHost) { IsList = true },
        new("keepAlive", SettingType.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), "How often the host is asked for a sign of life while a command runs.",
            static (profile, values) => profile with { KeepAlive = (TimeSpan)values[0] }, static profile => [profile.KeepAlive]),
        new("description", SettingType.Text, "What the profile is for.",
            static (profile, values) => profile with { Description = (string)values[0] }, static profile => [profile.Description]),
        new("transport", Checked("transport", CheckTransport), "What carries the connection: SshNet, which needs nothing, or OpenSsh, the installed ssh.",
            static (profile, values) => profile with { Transport = Enum.Parse<SshTransport>((string)values[0], ignoreCase: true) },
            static profile => [profile.Transport == SshTransport.SshNet ? null : profile.Transport.ToString()]),
    ];

    /// <summary>Whether it may have several values.</summary>
    public bool IsList { get; init; }

    /// <summary>The same value, when it and the variable's name can be written to a file and to a shell.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSetting</c>.</exception>
    public static string CheckVariable(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!PosixShell.IsVariableName(name))
            throw Invalid(name, "is no name of a variable: letters, digits and '_', no digit first");
        return value.Any(char.IsControl) ? throw Invalid(name, "has a value of several lines, or with a control character") : value;
    }

    private static SettingType Checked(string name, Action<string> check) => SettingType.Text with
    {
        Name = name,
        Parse = (text, context) =>
        {
            var value = (string)SettingType.Text.Parse(text, context);
            check(value);
            return value;
        },
    };

    private static void CheckHost(string text)
    {
        if (SshAddress.Parse(text) is not { User: null, Port: null })
            throw Invalid(text, "is more than a host: user and port are keys of their own");
    }

    private static void CheckJumpHost(string text) => SshAddress.Parse(text);

    private static void CheckUser(string text)
    {
        if (text.StartsWith('-') || text.Any(static c => char.IsWhiteSpace(c) || c == '@'))
            throw Invalid(text, "cannot be an account's name");
    }

    private static void CheckPort(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535)
            throw Invalid(text, "is no port: 1 to 65535");
    }

    private static void CheckTransport(string text)
    {
        if (!Enum.GetNames<SshTransport>().Contains(text, StringComparer.OrdinalIgnoreCase))
            throw Invalid(text, $"is no transport: {string.Join(" or ", Enum.GetNames<SshTransport>())}");
    }

    private static GpuOpsException Invalid(string value, string problem) =>
        new("InvalidSetting", GpuOpsErrorKind.InvalidArgument, $"'{Values.Excerpt.Of(value)}' {problem}.", value);
}

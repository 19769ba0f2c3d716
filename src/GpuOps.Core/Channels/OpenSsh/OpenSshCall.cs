using System.Globalization;
using System.Runtime.Versioning;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Probes;

namespace GpuOps.Channels.OpenSsh;

/// <summary>The arguments that ssh gets.</summary>
/// <param name="Options">What the caller wants.</param>
/// <param name="Program">The path of ssh.</param>
/// <param name="Session">The path of setsid; null where there is none.</param>
[UnsupportedOSPlatform("windows")]
internal sealed record OpenSshCall(OpenSshOptions Options, string Program, string? Session)
{
    /// <summary>What a master prints when commands can be sent.</summary>
    public const string Ready = "gpuops-ready";

    private const int KeepAlive = 15, ConnectTimeout = 30;

    /// <summary>Looks for the programs.</summary>
    /// <param name="options">What the caller wants.</param>
    /// <exception cref="GpuOpsException"><c>CommandNotFound</c>.</exception>
    public static OpenSshCall Find(OpenSshOptions options)
    {
        var program = options.Program.Contains('/', StringComparison.Ordinal) ? options.Program
            : VendorTool.Find(options.Program, null) ?? throw ChannelErrors.CommandNotFound(options.Program, "this host");
        return new OpenSshCall(options, program, VendorTool.Find("setsid", null));
    }

    /// <summary>Asks what ssh would do for the destination.</summary>
    public ChannelCommand Ask() => new([Program, "-G", .. Address(Options.User, Options.Port, Options.ConfigurationFile), .. Given(), "--", Options.Name]);

    /// <summary>Asks what ssh would do for a host on the way, to which it hands only few of its arguments.</summary>
    /// <param name="jump">The host.</param>
    public ChannelCommand Ask(SshAddress jump) => new([Program, "-G", .. Address(jump.User, jump.Port, Options.ConfigurationFile), "--", jump.Host]);

    /// <summary>Starts a control master that stays in the foreground.</summary>
    /// <param name="way">What ssh would do.</param>
    /// <param name="folder">Where its socket goes.</param>
    /// <param name="isAnswered">Somebody answers questions.</param>
    public IReadOnlyList<string> Master(OpenSshWay way, OpenSshFolder folder, bool isAnswered) =>
    [
        Program, "-N", "-T", "-a", "-x", .. Address(Options.User, Options.Port, way.HasJumps ? folder.ConfigurationFile : Options.ConfigurationFile), .. Given(),
        "-S", folder.Socket, .. Set("ControlMaster=yes", "ControlPersist=no", "ClearAllForwardings=yes", "RemoteCommand=none", "LogLevel=INFO"),
        // Run as soon as the socket takes commands.
        .. Set("PermitLocalCommand=yes", $"LocalCommand=echo {Ready}"),
        .. isAnswered ? [] : Set("BatchMode=yes"),
        .. way.End.AsksForHostKeys ? [] : Set("StrictHostKeyChecking=ask"),
        .. Options.KeepAlive is null && way.End.KeepAlive == 0 ? Set($"ServerAliveInterval={KeepAlive}") : [],
        // What a person takes to log in to a host on the way would fall into it.
        .. Options.ConnectTimeout is null && way.End.ConnectTimeout is null && !(way.HasJumps && isAnswered) ? Set($"ConnectTimeout={ConnectTimeout * way.Hops.Count}") : [],
        "--", Options.Name,
    ];

    /// <summary>Sends a command through a master. It must never connect by itself, nor read a configuration.</summary>
    /// <param name="socket">The master's socket.</param>
    public IReadOnlyList<string> Client(string socket) =>
    [
        .. Session is { } session ? [session] : Array.Empty<string>(), Program, "-F", "none", "-T", "-a", "-x", "-S", socket,
        .. Set("ControlMaster=no", "ProxyCommand=false", "BatchMode=yes", "LogLevel=ERROR"), "--", Options.Name, RemoteScript.TellingLine,
    ];

    /// <summary>Asks a master whether it is there.</summary>
    /// <param name="socket">Its socket.</param>
    public IReadOnlyList<string> Check(string socket) => [Program, "-F", "none", "-S", socket, "-O", "check", "--", Options.Name];

    /// <summary>
    /// The configuration for a way through other hosts: ssh hands it to the hosts on the way, but not what else it is
    /// called with. The user's own comes last, since of each setting the first counts.
    /// </summary>
    /// <param name="way">What ssh would do.</param>
    public string Configuration(OpenSshWay way)
    {
        var first = way.Hops[0];
        var own = Options.ConfigurationFile is { } file ? (file == "none" ? [] : new[] { file }) : ["~/.ssh/config", "/etc/ssh/ssh_config"];
        return string.Concat(
        [
            .. way.Hops.SkipLast(1).Where(hop => !hop.AsksForHostKeys).Select(hop => $"Host {hop.Name}\n  StrictHostKeyChecking ask\n"),
            first.ConnectTimeout is null ? $"Host {first.Name}\n  ConnectTimeout {Seconds(Options.ConnectTimeout) ?? $"{ConnectTimeout}"}\n" : "",
            "Host *\n", .. own.Select(path => $"  Include \"{path}\"\n"),
        ]);
    }

    private static string[] Address(string? user, int? port, string? configuration) =>
    [
        .. configuration is null ? [] : (string[])["-F", configuration],
        .. user is null ? [] : (string[])["-l", user],
        .. port is null ? [] : (string[])["-p", port.Value.ToString(CultureInfo.InvariantCulture)],
    ];

    private string[] Given() =>
    [
        .. Options.IdentityFiles.SelectMany(file => (string[])["-i", file]),
        // Who names a key means it: an agent full of others would use up the tries that the server allows.
        .. Options.IdentityFiles.Count > 0 ? Set("IdentitiesOnly=yes") : [],
        .. Options.JumpHosts.Count > 0 ? (string[])["-J", string.Join(',', Options.JumpHosts)] : [],
        .. Seconds(Options.KeepAlive) is { } interval ? Set($"ServerAliveInterval={interval}") : [],
        .. Seconds(Options.ConnectTimeout) is { } limit ? Set($"ConnectTimeout={limit}") : [],
    ];

    private static string? Seconds(TimeSpan? time) => time is { } given ? Math.Ceiling(given.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null;

    private static string[] Set(params string[] settings) => [.. settings.SelectMany(setting => (string[])["-o", setting])];
}

using System.Globalization;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Channels.Ssh;

/// <summary>
/// What <c>~/.ssh/config</c> and <c>/etc/ssh/ssh_config</c> say, see ssh_config(5). Of what they can say only that is
/// used which a connection here has; what would make one less safe, such as <c>StrictHostKeyChecking no</c>, is not.
/// Each file is read once, so that who wants to hear of changes makes another.
/// </summary>
/// <param name="places">Where the files are.</param>
public sealed class SshConfig(SshConfigPlaces places)
{
    private const int MostJumps = 8;
    private readonly SshConfigFiles _files = new(places.Home);
    private static readonly string[] DefaultKeys = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];

    /// <summary>Resolves a name as <c>ssh NAME</c> would.</summary>
    /// <param name="name">The name of a Host section, or a host: <c>[user@]name[:port]</c>.</param>
    /// <exception cref="GpuOpsException"><c>SshConfigInvalid</c> or <c>SshConfigUnreadable</c>.</exception>
    public SshDestination Resolve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Resolve(SshAddress.Parse(name), depth: 0, followsJump: true);
    }

    /// <summary>Resolves a profile: what it says holds, and what it leaves out is as <c>ssh HOST</c> would have it.</summary>
    /// <param name="profile">The profile.</param>
    /// <exception cref="GpuOpsException"><c>SshConfigInvalid</c> or <c>SshConfigUnreadable</c>.</exception>
    public SshDestination Resolve(SshProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var address = SshAddress.Parse(profile.HostName) with { User = profile.User, Port = profile.Port };
        var found = Resolve(address, depth: 0, followsJump: profile.JumpHost.Count == 0);
        var environment = new Dictionary<string, string>(found.Environment);
        foreach (var (name, value) in profile.EnvironmentVariable)
            environment[name] = value;
        return found with
        {
            IdentityFiles = profile.KeyPath.Count > 0 ? profile.KeyPath : found.IdentityFiles,
            // Who names a key means it: an agent full of others would use up the tries that the server allows.
            IdentitiesOnly = found.IdentitiesOnly || profile.KeyPath.Count > 0,
            KeepAlive = profile.KeepAlive ?? found.KeepAlive,
            Environment = environment,
            JumpHosts = profile.JumpHost.Count > 0 ? Way(profile.JumpHost, depth: 0) : found.JumpHosts,
        };
    }

    /// <summary>The hosts that have a section of their own, in the order of their names.</summary>
    /// <exception cref="GpuOpsException"><c>SshConfigUnreadable</c>.</exception>
    public IReadOnlyList<string> Hosts() => [.. new SshConfigReader(places, _files).Hosts().Distinct().Order(StringComparer.Ordinal)];

    private SshDestination Resolve(SshAddress address, int depth, bool followsJump)
    {
        if (depth > MostJumps)
            throw Invalid($"ProxyJump leads through more than {MostJumps} hosts, or in a circle, at '{Excerpt.Of(address.Host)}'.");
        var settings = new SshConfigReader(places, _files).Read(address);
        var user = address.User ?? settings["user"] ?? places.User;
        var host = settings["hostname"] is { } given ? SshTokens.Expand(given, token => token == 'h' ? address.Host : null) : address.Host;
        var alias = settings["hostkeyalias"]?.ToLowerInvariant();
        var tokens = new SshTokens(places, address.Host, host.ToLowerInvariant(), address.Port ?? Port(settings), user, alias);
        return new SshDestination(tokens.Host, user)
        {
            Port = tokens.Port,
            HostKeyAlias = alias,
            IdentityFiles = IdentityFiles(settings, tokens),
            IdentitiesOnly = settings.IsYes("identitiesonly"),
            AgentSocket = AgentSocket(settings, tokens),
            KeepAlive = settings.Seconds("serveraliveinterval") is { } interval and > 0 ? TimeSpan.FromSeconds(interval) : TimeSpan.FromSeconds(15),
            KeepAliveCount = Math.Max(1, settings.Seconds("serveralivecountmax") ?? 3),
            ConnectTimeout = settings.Seconds("connecttimeout") is { } limit and > 0 ? TimeSpan.FromSeconds(limit) : TimeSpan.FromSeconds(30),
            UserKnownHostsFiles = Files(settings, "userknownhostsfile", tokens, ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"]),
            GlobalKnownHostsFiles = Files(settings, "globalknownhostsfile", tokens, ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]),
            HashKnownHosts = settings.IsYes("hashknownhosts"),
            StrictHostKeys = settings.IsYes("stricthostkeychecking"),
            Environment = Environment(settings),
            JumpHosts = followsJump ? JumpHosts(settings, tokens, depth) : [],
        };
    }

    private static int Port(SshSettings settings) => settings["port"] is not { } text ? 22
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port
        : throw Invalid($"'{Excerpt.Of(text)}' is no port.");

    private static List<string> IdentityFiles(SshSettings settings, SshTokens tokens)
    {
        var given = settings.All("identityfile");
        return [.. (given.Count > 0 ? given : DefaultKeys.Select(key => "~/.ssh/" + key))
            .Where(file => !file.Equals("none", StringComparison.OrdinalIgnoreCase)).Select(tokens.Path).Distinct()];
    }

    private string? AgentSocket(SshSettings settings, SshTokens tokens)
    {
        var socket = settings["identityagent"] switch
        {
            null or "SSH_AUTH_SOCK" => places.Environment("SSH_AUTH_SOCK"),
            "none" => null,
            ['$', .. var variable] when !variable.StartsWith('{') => places.Environment(variable),
            var path => tokens.Path(path),
        };
        return string.IsNullOrEmpty(socket) ? null : socket;
    }

    private static List<string> Files(SshSettings settings, string keyword, SshTokens tokens, string[] fallback)
    {
        var given = settings.All(keyword);
        return given is ["none"] ? [] : [.. (given.Count > 0 ? given : fallback).Select(tokens.Path)];
    }

    private static Dictionary<string, string> Environment(SshSettings settings)
    {
        Dictionary<string, string> environment = [];
        foreach (var pair in settings.All("setenv"))
        {
            if (pair.IndexOf('=') is > 0 and var at)
                environment.TryAdd(pair[..at], pair[(at + 1)..]);
        }

        return environment;
    }

    private List<SshDestination> JumpHosts(SshSettings settings, SshTokens tokens, int depth) =>
        settings["proxyjump"] is { } jumps && !jumps.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? Way(jumps.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(tokens.Jump), depth)
            : [];

    /// <summary>The first jump host may have jump hosts of its own; each further one is reached through the one before it.</summary>
    private List<SshDestination> Way(IEnumerable<string> jumps, int depth)
    {
        List<SshDestination> way = [];
        foreach (var jump in jumps)
        {
            var hop = Resolve(SshAddress.Parse(jump), depth + 1, followsJump: way.Count == 0);
            way.AddRange(hop.JumpHosts);
            way.Add(hop with { JumpHosts = [] });
        }

        return way;
    }

    private static GpuOpsException Invalid(string message) =>
        new("SshConfigInvalid", GpuOpsErrorKind.InvalidArgument, $"The configuration of ssh is wrong: {message}");
}

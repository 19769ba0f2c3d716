using System.Globalization;
using System.Text;
using GpuOps.Channels;
using GpuOps.Channels.OpenSsh;
using GpuOps.Channels.Ssh;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>A way to open a channel to a destination.</summary>
public sealed class ChannelKind
{
    private readonly Func<SshDestination, SshDialog?, string, ICommandChannel> _open;

    private ChannelKind(Func<SshDestination, SshDialog?, string, ICommandChannel> open) => _open = open;

    public static ChannelKind SshNet { get; } = new(static (destination, dialog, _) => new SshChannel(destination, dialog));

    public static ChannelKind OpenSsh { get; } = new(static (destination, dialog, folder) =>
        new OpenSshChannel(Options(destination, folder), dialog));

    /// <param name="destination">Where to.</param>
    /// <param name="dialog">Who answers.</param>
    /// <param name="folder">Where files may be made.</param>
    public ICommandChannel Open(SshDestination destination, SshDialog? dialog, string folder) => _open(destination, dialog, folder);

    /// <summary>A configuration of ssh that says what a destination says.</summary>
    public static OpenSshOptions Options(SshDestination destination, string folder)
    {
        var text = new StringBuilder();
        string? through = null;
        foreach (var hop in destination.JumpHosts.Append(destination))
        {
            Write(text, hop, through);
            through = Name(hop);
        }

        var file = Path.Combine(folder, $"config-{Guid.NewGuid():N}");
        File.WriteAllText(file, text.ToString());
        return new OpenSshOptions(Name(destination)) { ConfigurationFile = file, Environment = destination.Environment };
    }

    private static string Name(SshDestination hop) => $"{hop.Host}-{hop.Port}";

    private static void Write(StringBuilder text, SshDestination hop, string? through)
    {
        foreach (var file in hop.UserKnownHostsFiles)
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        Add($"Host {Name(hop)}");
        Add($"HostName {hop.Host}");
        Add($"User {hop.User}");
        Add($"Port {hop.Port}");
        foreach (var file in hop.IdentityFiles)
            Add($"IdentityFile {file}");
        Add($"IdentitiesOnly {(hop.IdentitiesOnly ? "yes" : "no")}");
        Add($"IdentityAgent {hop.AgentSocket ?? "none"}");
        Add($"UserKnownHostsFile {(hop.UserKnownHostsFiles.Count > 0 ? string.Join(' ', hop.UserKnownHostsFiles) : "none")}");
        Add($"GlobalKnownHostsFile none");
        Add($"HashKnownHosts {(hop.HashKnownHosts ? "yes" : "no")}");
        Add($"ServerAliveInterval {Math.Ceiling(hop.KeepAlive.TotalSeconds)}");
        Add($"ServerAliveCountMax {hop.KeepAliveCount}");
        Add($"ConnectTimeout {Math.Ceiling(hop.ConnectTimeout.TotalSeconds)}");
        if (through is not null)
            Add($"ProxyJump {through}");

        void Add(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}

using System.Globalization;

namespace GpuOps.Channels.OpenSsh;

/// <summary>What ssh would do for one host, as <c>ssh -G</c> tells it.</summary>
/// <param name="name">The host as it was named.</param>
/// <param name="lines">Keywords in lower case and their values, in order.</param>
internal sealed class OpenSshSettings(string name, ILookup<string, string> lines)
{
    /// <summary>The host as it was named.</summary>
    public string Name => name;

    /// <summary>What a person calls it.</summary>
    public string Description => Port == 22 ? $"{First("user")}@{name}" : $"{First("user")}@{name}:{Port}";

    /// <summary>The name or address that is connected to.</summary>
    public string Host => First("hostname");

    /// <summary>The port.</summary>
    public int Port => Number("port") ?? 22;

    /// <summary>False when an unknown key would be taken without asking anybody.</summary>
    public bool AsksForHostKeys => First("stricthostkeychecking") is "ask" or "yes" or "true";

    /// <summary>How often the far end is asked for a sign of life; zero when never.</summary>
    public int KeepAlive => Number("serveraliveinterval") ?? 0;

    /// <summary>How long a connection may take; null when there is no limit but the system's.</summary>
    public int? ConnectTimeout => Number("connecttimeout");

    /// <summary>The hosts on the way, as they are named.</summary>
    public IReadOnlyList<string> JumpHosts => First("proxyjump") is { Length: > 0 } jumps and not "none" ? jumps.Split(',') : [];

    /// <summary>The file that a new host key is added to.</summary>
    public string KnownHostsFile => First("userknownhostsfile").Split(' ')[0];

    /// <summary>The key files that are tried.</summary>
    public IReadOnlyList<string> IdentityFiles => [.. lines["identityfile"]];

    /// <summary>Variables that the user's configuration sets.</summary>
    public IReadOnlyDictionary<string, string> Environment => lines["setenv"]
        .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
        .DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Reads the output of <c>ssh -G</c>: one <c>keyword value</c> a line.</summary>
    /// <param name="name">The host as it was named.</param>
    /// <param name="output">The output.</param>
    public static OpenSshSettings Parse(string name, string output) => new(name, output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 2))
        .Where(pair => pair.Length == 2)
        .ToLookup(pair => pair[0], pair => pair[1]));

    private int? Number(string keyword) => int.TryParse(First(keyword), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string First(string keyword) => lines[keyword].FirstOrDefault() ?? "";
}

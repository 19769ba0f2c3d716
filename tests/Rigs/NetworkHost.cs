using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace GpuOps.Rigs;

/// <summary>
/// A host of its own, as far as the network goes: a network namespace at the other end of a cable, which can be pulled.
/// It shares this host's files and processes.
/// </summary>
public sealed class NetworkHost : IAsyncDisposable
{
    private readonly string _name, _prefix;

    private NetworkHost()
    {
        var number = RandomNumberGenerator.GetInt32(1 << 14);
        _name = string.Create(CultureInfo.InvariantCulture, $"gpuops{number:x4}");
        // Four addresses each, of 10.213.0.0/16.
        _prefix = string.Create(CultureInfo.InvariantCulture, $"10.213.{number >> 6}.{(number & 63) << 2}");
    }

    /// <summary>Why there can be no such host here; null when there can.</summary>
    public static string? Missing => RigFiles.Find("ip") is null ? "ip is not installed (apt-get install iproute2)"
        : Environment.IsPrivilegedProcess ? null : "network namespaces are made as root only";

    /// <summary>Its address.</summary>
    public string Address => Nth(2);

    /// <summary>This host's address at the other end of the cable.</summary>
    public string OwnAddress => Nth(1);

    /// <summary>What to put before a command to run it there.</summary>
    public IReadOnlyList<string> Prefix => [RigFiles.Find("ip")!, "netns", "exec", _name];

    private string Cable => _name + "a";

    /// <summary>Makes one; it can be reached when this returns.</summary>
    public static async Task<NetworkHost> StartAsync()
    {
        var host = new NetworkHost();
        await IpAsync("netns", "add", host._name);
        try
        {
            await IpAsync("link", "add", host.Cable, "type", "veth", "peer", "name", "eth0", "netns", host._name);
            await IpAsync("address", "add", $"{host.OwnAddress}/30", "dev", host.Cable);
            await IpAsync("-n", host._name, "address", "add", $"{host.Address}/30", "dev", "eth0");
            await IpAsync("-n", host._name, "link", "set", "lo", "up");
            await IpAsync("-n", host._name, "link", "set", "eth0", "up");
            await host.PlugAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pulls the cable: nobody is told, packets are lost.</summary>
    public Task PullAsync() => IpAsync("link", "set", Cable, "down");

    /// <summary>Puts the cable back.</summary>
    public Task PlugAsync() => IpAsync("link", "set", Cable, "up");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await IpAsync("netns", "delete", _name);

    private string Nth(int number)
    {
        var end = _prefix.LastIndexOf('.') + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{_prefix[..end]}{int.Parse(_prefix[end..], CultureInfo.InvariantCulture) + number}");
    }

    private static async Task IpAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(RigFiles.Find("ip")!, arguments) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {said}");
    }
}

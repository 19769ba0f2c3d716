using System.Net;
using System.Net.Sockets;

namespace GpuOps.Rigs;

/// <summary>Ports of loopback, one after the other, that no other rig takes while this one is kept.</summary>
internal sealed class PortBlock : IDisposable
{
    // Below the ports that the kernel gives to clients, which could take one before its daemon does.
    private const int First = 10_000, End = 32_000;

    private readonly TcpListener _guard;

    private PortBlock(TcpListener guard) => _guard = guard;

    /// <summary>The first port that may be used.</summary>
    public int Start => ((IPEndPoint)_guard.LocalEndpoint).Port + 1;

    /// <summary>Takes a block.</summary>
    /// <param name="count">How many ports may be used.</param>
    public static PortBlock Take(int count)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            // Blocks have fixed places: whoever listens on the first port of one has all of it.
            var start = First + Random.Shared.Next((End - First) / (count + 1)) * (count + 1);
            if (TryListen(start) is not { } guard)
                continue;
            if (Enumerable.Range(start + 1, count).All(IsFree))
                return new PortBlock(guard);
            guard.Dispose();
        }
        throw new InvalidOperationException($"No {count + 1} free ports in a row between {First} and {End}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _guard.Dispose();

    private static bool IsFree(int port)
    {
        using var listener = TryListen(port);
        return listener is not null;
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}

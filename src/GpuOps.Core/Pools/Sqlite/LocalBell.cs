using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace GpuOps.Pools.Sqlite;

/// <summary>
/// Tells waiting processes of this host that their request stands differently: a datagram to a socket in Linux's
/// abstract namespace, named by the store and the request. It leaves no file behind, wakes exactly one process, and
/// needs no inotify instance (a user has 128 of them, fewer than a busy host has waiting clients). Anybody may ring;
/// a false ring only makes the client ask the store once more.
/// </summary>
internal static class LocalBell
{
    private static readonly byte[] News = [1];

    /// <summary>Rings for one request; silent when nobody listens.</summary>
    public static void Ring(string store, string id)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.SendTo(News, Address(store, id));
        }
        catch (SocketException)
        {
            // Nobody listens (yet): the client asks once after it began to listen, and now and then while it waits.
        }
    }

    public static IWaitSignal Listen(string store, string id, TimeProvider time) => new Listener(store, id, time);

    private static UnixDomainSocketEndPoint Address(string store, string id)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{store}\n{id}")).AsSpan(0, 16));
        return new UnixDomainSocketEndPoint($"\0gpuops/{name}");
    }

    private sealed class Listener : IWaitSignal
    {
        private readonly Socket? _socket;
        private readonly TimeProvider _time;
        private readonly byte[] _buffer = new byte[8];

        public Listener(string store, string id, TimeProvider time)
        {
            _time = time;
            if (!OperatingSystem.IsLinux())
            {
                return;
            }

            try
            {
                _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                _socket.Bind(Address(store, id));
            }
            catch (SocketException)
            {
                // The name is taken, or no more sockets are to be had: the slow look at the store still brings the news.
                _socket?.Dispose();
                _socket = null;
            }
        }

        public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
        {
            using var limit = new CancellationTokenSource(atMost, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                if (_socket is null)
                {
                    await Task.Delay(Timeout.Infinite, either.Token);
                }
                else
                {
                    await _socket.ReceiveAsync(_buffer, either.Token);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // No news for a while.
            }
        }

        public ValueTask DisposeAsync()
        {
            _socket?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

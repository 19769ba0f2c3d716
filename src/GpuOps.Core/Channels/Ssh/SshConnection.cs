using System.Net.Sockets;
using GpuOps.Errors;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GpuOps.Channels.Ssh;

/// <summary>One connection through all its jump hosts. When any part of it breaks, it is broken for good.</summary>
internal sealed class SshConnection : IRemoteConnection
{
    private readonly List<IDisposable> _parts = [];
    private readonly CancellationTokenSource _broken = new();

    private SshConnection()
    {
    }

    /// <summary>The client at the far end.</summary>
    public SshClient Client { get; private set; } = null!;

    /// <summary>Set once it is broken; what waits for an answer need not wait longer.</summary>
    public CancellationToken Broken => _broken.Token;

    /// <inheritdoc/>
    public bool IsAlive => !_broken.IsCancellationRequested && Client.IsConnected;

    /// <summary>Connects hop by hop.</summary>
    /// <param name="destination">The far end and the way to it.</param>
    /// <param name="dialog">Who answers questions.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="trail">Is told of each step; null when nobody wants to know.</param>
    /// <exception cref="GpuOpsException">It says which hop failed and why.</exception>
    public static async Task<SshConnection> OpenAsync(SshDestination destination, SshDialog dialog, CancellationToken cancellationToken, SshTrail? trail = null)
    {
        var connection = new SshConnection();
        try
        {
            SshDestination? through = null;
            foreach (var hop in destination.JumpHosts.Append(destination))
            {
                await connection.AddAsync(hop, through, isLast: ReferenceEquals(hop, destination), dialog, trail, cancellationToken);
                through = hop;
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Break() => _broken.Cancel();

    /// <inheritdoc/>
    public async Task<IRemoteRun> StartAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        try
        {
            return await SshRun.StartAsync(this, script, cancellationToken);
        }
        catch (SshOperationTimeoutException)
        {
            Break();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Break();
        // From the far end: each is closed while what carries it still stands.
        foreach (var part in Enumerable.Reverse(_parts))
            SshHop.Discard(part);
        _parts.Clear();
        return ValueTask.CompletedTask;
    }

    private async Task AddAsync(SshDestination hop, SshDestination? through, bool isLast, SshDialog dialog, SshTrail? trail, CancellationToken cancellationToken)
    {
        string? refused = null;
        try
        {
            var (host, port) = (hop.Host, hop.Port);
            if (through is not null)
            {
                var forward = Forward(hop, fault => refused = fault.Message);
                (host, port) = (forward.BoundHost, (int)forward.BoundPort);
            }

            if (trail is not null && through is null)
                await SshTrial.LookUpAsync(hop, trail, cancellationToken);
            if (trail is not null)
                await SshTrial.KnockAsync(hop, host, port, isBehind: through is not null, trail, cancellationToken);
            var client = await new SshHop(hop, dialog, trail).ConnectAsync(host, port, cancellationToken);
            client.ErrorOccurred += (_, _) => Break();
            client.KeepAliveInterval = hop.KeepAlive > TimeSpan.Zero ? hop.KeepAlive : Timeout.InfiniteTimeSpan;
            _parts.Add(client);
            Client = client;
        }
        catch (Exception fault) when (fault is SshException or SocketException or TimeoutException or IOException or ObjectDisposedException)
        {
            var reason = refused ?? fault.Message;
            if (through is not null)
                throw ChannelErrors.ProxyFailed(through.Description, hop.Description, reason, fault);
            throw isLast ? ChannelErrors.Unreachable(hop.Description, reason, fault)
                : ChannelErrors.ProxyFailed(hop.Description, "anywhere", reason, fault);
        }
    }

    /// <summary>A port on loopback that leads to the next host. Another user of this machine gains nothing by it but a way to that host's own login.</summary>
    private ForwardedPortLocal Forward(SshDestination next, Action<Exception> failed)
    {
        var forward = new ForwardedPortLocal("127.0.0.1", 0, next.Host, (uint)next.Port);
        forward.Exception += (_, fault) => failed(fault.Exception);
        Client.AddForwardedPort(forward);
        _parts.Add(forward);
        forward.Start();
        return forward;
    }
}

using GpuOps.Errors;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GpuOps.Channels.Ssh;

/// <summary>Logs in to one host of the way, its key checked.</summary>
/// <param name="destination">The host, whose name the key is looked up by.</param>
/// <param name="dialog">Who answers questions.</param>
/// <param name="trail">Is told of each step; null when nobody wants to know.</param>
internal sealed class SshHop(SshDestination destination, SshDialog dialog, SshTrail? trail = null)
{
    /// <summary>How long SSH.NET itself may wait while logging in; questions to people fall into it.</summary>
    private static readonly TimeSpan LoginLimit = TimeSpan.FromMinutes(10);

    /// <summary>Connects. An unknown key is asked about between two connections, so that the host does not hang up meanwhile.</summary>
    /// <param name="host">Where to connect to: the host, or the end of a forwarded port on loopback.</param>
    /// <param name="port">The port there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">A key or login was refused.</exception>
    /// <exception cref="SshException">The host cannot be reached; so say SocketException and TimeoutException too.</exception>
    public async Task<SshClient> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var (client, unknown) = await TryAsync(host, port, cancellationToken);
        if (client is not null)
            return client;
        var known = KnownHosts.Read(destination);
        var description = known.Describe(unknown);
        if (destination.StrictHostKeys || dialog.TrustHostKey is null || !await dialog.TrustHostKey(description, cancellationToken))
            throw known.Unknown(description, dialog.Silence);
        known.Add(unknown);
        (client, _) = await TryAsync(host, port, cancellationToken);
        return client ?? throw known.Unknown(description, dialog.Silence);
    }

    private async Task<(SshClient? Client, byte[] UnknownKey)> TryAsync(string host, int port, CancellationToken cancellationToken)
    {
        trail?.Begin(destination, SshStep.HostKey);
        var known = KnownHosts.Read(destination);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(destination.ConnectTimeout);
        var login = new SshLogin(destination, Asking(limit, cancellationToken));
        var client = new SshClient(new ConnectionInfo(host, port, destination.User, login.Methods()) { Timeout = LoginLimit });
        PreferKnownKeys(client.ConnectionInfo, known.KeyTypes);
        byte[]? unknown = null;
        GpuOpsException? refusal = null;
        client.HostKeyReceived += (_, shown) =>
        {
            try
            {
                shown.CanTrust = known.Check(shown.HostKey);
                unknown = shown.CanTrust ? null : shown.HostKey;
                if (shown.CanTrust)
                    Tell($"{KnownHosts.KeyType(shown.HostKey)} {KnownHosts.Fingerprint(shown.HostKey)} is known.");
            }
            catch (GpuOpsException fault)
            {
                shown.CanTrust = false;
                refusal = fault;
            }
        };
        try
        {
            await ConnectAsync(client, limit.Token);
            client.ConnectionInfo.Timeout = destination.ConnectTimeout;
            trail?.Done($"It lets {destination.User} in.");
            return (client, []);
        }
        catch (Exception fault)
        {
            Discard(client);
            if (refusal is not null)
                throw refusal;
            if (unknown is not null)
                return (null, unknown);
            cancellationToken.ThrowIfCancellationRequested();
            throw fault switch
            {
                OperationCanceledException => new TimeoutException($"no connection within {destination.ConnectTimeout.TotalSeconds:0} s"),
                SshAuthenticationException => ChannelErrors.AuthenticationFailed(destination.Description, login.Tried, fault, dialog.Silence),
                _ => fault,
            };
        }
    }

    private void Tell(string detail)
    {
        trail?.Done(detail);
        trail?.Begin(destination, SshStep.Login);
    }

    /// <summary>SSH.NET waits without looking at the token now and then; who gives up does not wait with it.</summary>
    private static async Task ConnectAsync(SshClient client, CancellationToken cancellationToken)
    {
        var connecting = Task.Run(() => client.ConnectAsync(cancellationToken), CancellationToken.None);
        try
        {
            await connecting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = connecting.ContinueWith(_ => Discard(client), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Closes a client whose connection may be broken in any way; never throws.</summary>
    public static void Discard(IDisposable client) => _ = Task.Run(() =>
    {
        try
        {
            client.Dispose();
        }
        catch (Exception fault) when (fault is SshException or IOException or InvalidOperationException or System.Net.Sockets.SocketException or NullReferenceException)
        {
            // It was broken, which is why it is discarded.
        }
    });

    private Func<SshPrompt, string?>? Asking(CancellationTokenSource limit, CancellationToken cancellationToken) => dialog.Ask is not { } ask ? null : prompt =>
    {
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        try
        {
            return ask(prompt, cancellationToken).GetAwaiter().GetResult();
        }
        finally
        {
            try
            {
                limit.CancelAfter(destination.ConnectTimeout);
            }
            catch (ObjectDisposedException)
            {
                // The login was over before the answer came.
            }
        }
    };

    /// <summary>Asks for the kinds of key that are known first, as OpenSSH does, and for no certificates, since no authority is trusted.</summary>
    private static void PreferKnownKeys(ConnectionInfo info, IReadOnlyList<string> known)
    {
        var algorithms = info.HostKeyAlgorithms
            .Where(algorithm => !algorithm.Key.Contains("-cert-", StringComparison.Ordinal))
            .OrderBy(algorithm => known.Contains(algorithm.Key.StartsWith("rsa-", StringComparison.Ordinal) ? "ssh-rsa" : algorithm.Key) ? 0 : 1)
            .ToList();
        info.HostKeyAlgorithms.Clear();
        foreach (var (name, make) in algorithms)
            info.HostKeyAlgorithms.Add(name, make);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Channels.Ssh;

/// <summary>Goes the way to a host step by step, on a connection of its own, and says which step fails and why.</summary>
/// <param name="route">The way.</param>
/// <param name="dialog">Who answers questions.</param>
/// <param name="time">The clock.</param>
public sealed class SshTrial(SshRoute route, SshDialog dialog, TimeProvider time)
{
    /// <summary>RFC 4253 allows a server this many characters to introduce itself.</summary>
    private const int LongestBanner = 255;

    private static readonly ChannelCommand WhoAreYou = new(["uname", "-n"]);

    /// <summary>Runs the steps until one fails.</summary>
    /// <param name="report">Is told of each.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether every step worked.</returns>
    public async Task<bool> RunAsync(Action<SshCheck> report, CancellationToken cancellationToken)
    {
        var trail = new SshTrail(route.Name, report);
        try
        {
            await route.TryAsync(this, trail, cancellationToken);
            return true;
        }
        catch (GpuOpsException fault)
        {
            trail.Fail(fault.Message);
            return false;
        }
    }

    /// <summary>Goes step by step, by a connection of this module.</summary>
    internal async Task GoAsync(SshTrail trail, CancellationToken cancellationToken)
    {
        var destination = route.Resolve();
        trail.Done(string.Join(", then ", destination.JumpHosts.Append(destination).Select(static hop => hop.Description)));
        await using var connection = await SshConnection.OpenAsync(destination, (route.IsTrusted ? dialog : SshDialog.Untrusted).ForConnection(), cancellationToken, trail);
        trail.Begin(destination, SshStep.Command);
        using var run = await SshRun.StartAsync(connection, new RemoteScript(WhoAreYou, destination.Environment, destination.Description), cancellationToken);
        Tell(trail, await run.FinishAsync(destination.Description, cancellationToken));
    }

    /// <summary>Goes by a carrier that keeps its steps to itself: what it says when it fails is all there is.</summary>
    internal async Task AskAsync(SshTrail trail, CancellationToken cancellationToken)
    {
        trail.Done($"The installed ssh leads to {route.Profile?.HostName ?? route.Name}.");
        await using var channel = route.Open(dialog, time);
        trail.Begin(channel.Description, SshStep.Login);
        var answer = await channel.RunAsync(WhoAreYou, cancellationToken);
        trail.Done("It lets you in.");
        trail.Begin(channel.Description, SshStep.Command);
        Tell(trail, answer);
    }

    private static void Tell(SshTrail trail, CommandResult answer)
    {
        if (answer.ExitCode != 0)
            throw new GpuOpsException("SshCommandFailed", GpuOpsErrorKind.NotReady, $"'uname -n' ends with exit code {answer.ExitCode}: {Excerpt.Of(answer.ErrorText.Trim())}");
        trail.Done($"It runs commands, and calls itself {Excerpt.Of(answer.OutputText.Trim())}.");
    }

    /// <summary>Looks a host's name up.</summary>
    internal static async Task LookUpAsync(SshDestination hop, SshTrail trail, CancellationToken cancellationToken)
    {
        trail.Begin(hop, SshStep.Name);
        var addresses = await Dns.GetHostAddressesAsync(hop.Host, cancellationToken);
        trail.Done($"{hop.Host} is {string.Join(", ", addresses.Select(static address => address.ToString()).Distinct())}.");
    }

    /// <summary>Sees whether something that speaks SSH answers.</summary>
    /// <param name="hop">The host.</param>
    /// <param name="host">Where it is reached: itself, or a forwarded port.</param>
    /// <param name="port">The port there.</param>
    /// <param name="isBehind">It is reached through another, which takes every connection before it knows whether it can lead on.</param>
    /// <param name="trail">Is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task KnockAsync(SshDestination hop, string host, int port, bool isBehind, SshTrail trail, CancellationToken cancellationToken)
    {
        trail.Begin(hop, SshStep.Connect);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(hop.ConnectTimeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            var banner = await ReadLineAsync(client.GetStream(), limit.Token);
            trail.Done(banner.StartsWith("SSH-", StringComparison.Ordinal) ? $"{Excerpt.Of(banner)} answers at port {hop.Port}."
                : throw new IOException(banner.Length > 0 ? $"what answers at port {hop.Port} is no SSH: {Excerpt.Of(banner)}"
                    : isBehind ? $"no connection to port {hop.Port} from there. Nothing listens, the name is unknown there, or forwarding is not allowed."
                    : $"port {hop.Port} closes the connection"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer at port {hop.Port} within {hop.ConnectTimeout.TotalSeconds:0} s");
        }
    }

    private static async Task<string> ReadLineAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var (buffer, length) = (new byte[LongestBanner], 0);
        for (var read = 1; read > 0 && length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n'); length += read)
            read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
        return Encoding.ASCII.GetString(buffer, 0, length).Split('\r', '\n')[0];
    }
}

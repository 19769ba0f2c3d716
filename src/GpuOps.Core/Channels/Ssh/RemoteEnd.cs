using GpuOps.Errors;

namespace GpuOps.Channels.Ssh;

/// <summary>Ends a command where it runs, with all of its process group.</summary>
internal static class RemoteEnd
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    private static readonly string[] EndGroup =
    [
        "/bin/sh", "-c", """
            exec 2>/dev/null
            kill -s INT -- "-$1"
            n=0
            while [ $n -lt 10 ] && kill -s 0 -- "-$1"; do sleep 0.1 || sleep 1; n=$((n+1)); done
            kill -s KILL -- "-$1"
            """, "sh",
    ];

    /// <summary>SIGINT, and SIGKILL to what is left a second later.</summary>
    /// <param name="connection">The connection that the command runs over.</param>
    /// <param name="group">The id of its process group.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RunAsync(IRemoteConnection connection, int group, CancellationToken cancellationToken)
    {
        var end = new RemoteScript(new ChannelCommand([.. EndGroup, $"{group}"]), new Dictionary<string, string>(), "");
        using var kill = await StartAsync(connection, end, cancellationToken);
        _ = await kill.FinishAsync("", cancellationToken);
    }

    /// <summary>A server may take no further session until it has closed those that have just ended.</summary>
    private static async Task<IRemoteRun> StartAsync(IRemoteConnection connection, RemoteScript end, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await connection.StartAsync(end, cancellationToken);
            }
            catch (Exception fault) when (fault is not GpuOpsException and not OperationCanceledException && connection.IsAlive)
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }
}

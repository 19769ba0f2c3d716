namespace GpuOps.Channels.Ssh;

/// <summary>Ends a command where it runs, with all of its process group.</summary>
internal static class RemoteEnd
{
    /// <summary>How long a login shell may take before a command that is to be ended is looked for no longer.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

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
    public static async Task RunAsync(IRemoteConnection connection, int group)
    {
        var end = new RemoteScript(new ChannelCommand([.. EndGroup, $"{group}"]), new Dictionary<string, string>(), "");
        using var kill = await connection.StartAsync(end, CancellationToken.None);
        _ = await kill.FinishAsync("", CancellationToken.None);
    }
}

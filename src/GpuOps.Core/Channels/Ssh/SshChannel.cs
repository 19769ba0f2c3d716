namespace GpuOps.Channels.Ssh;

/// <summary>
/// Runs programs on another host over SSH. One connection serves all callers; it is opened at first use, watched while
/// commands run, and opened again after a drop for commands that were not sent yet.
/// </summary>
public sealed class SshChannel : RemoteChannel
{
    private readonly SshDestination _destination;
    private readonly SshDialog _dialog;

    /// <summary>Makes the channel; it connects at first use.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="dialog">Who answers questions; nobody by default.</param>
    /// <param name="time">The clock.</param>
    public SshChannel(SshDestination destination, SshDialog? dialog = null, TimeProvider? time = null)
        : base((destination ?? throw new ArgumentNullException(nameof(destination))).Description, time)
    {
        _destination = destination;
        _dialog = dialog ?? new SshDialog();
    }

    /// <inheritdoc/>
    public override Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Commands.RunAsync(new RemoteScript(command, _destination.Environment, Description), cancellationToken);
    }

    private protected override async Task<IRemoteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await SshConnection.OpenAsync(_destination, _dialog.ForConnection(), cancellationToken);
        if (_destination.KeepAlive > TimeSpan.Zero)
            _ = WatchAsync(connection);
        return connection;
    }

    /// <summary>Looks for a sign of life while commands run: a link that went down says nothing by itself, and TCP takes a quarter of an hour to notice.</summary>
    private async Task WatchAsync(SshConnection connection)
    {
        var alive = new RemoteScript(new ChannelCommand(["true"]), new Dictionary<string, string>(), Description);
        using var timer = new PeriodicTimer(_destination.KeepAlive, Time);
        while (connection.IsAlive && await timer.WaitForNextTickAsync(connection.Broken))
        {
            if (!Commands.AreRunning)
                continue;
            using var limit = new CancellationTokenSource(_destination.KeepAlive * _destination.KeepAliveCount, Time);
            try
            {
                using var probe = await connection.StartAsync(alive, limit.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // A server that takes no further session is alive; of a connection that is not, the next turn hears.
            }
        }

        connection.Break();
    }
}

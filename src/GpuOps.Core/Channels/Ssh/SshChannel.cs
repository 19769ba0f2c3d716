namespace GpuOps.Channels.Ssh;

/// <summary>
/// Runs programs on another host over SSH. One connection serves all callers; it is opened at first use, watched while
/// commands run, and opened again after a drop for commands that were not sent yet.
/// </summary>
public sealed class SshChannel : ICommandChannel
{
    private readonly SshDestination _destination;
    private readonly SshDialog _dialog;
    private readonly TimeProvider _time;
    private readonly RemoteFiles _files;
    private readonly RemoteCommands _commands;

    /// <summary>Makes the channel; it connects at first use.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="dialog">Who answers questions; nobody by default.</param>
    /// <param name="time">The clock.</param>
    public SshChannel(SshDestination destination, SshDialog? dialog = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _destination = destination;
        _dialog = dialog ?? new SshDialog();
        _time = time ?? TimeProvider.System;
        _files = new RemoteFiles(this);
        _commands = new RemoteCommands(Description, OpenAsync, _time);
    }

    /// <inheritdoc/>
    public string Description => _destination.Description;

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken cancellationToken) => _ = await _commands.ConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return _commands.RunAsync(new RemoteScript(command, _destination.Environment, Description), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        return _files.ReadAsync(path, offset, atMost, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken) => _files.StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken) =>
        _files.WriteAsync(path, content, isProgram, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _commands.DisposeAsync();

    private async Task<IRemoteConnection> OpenAsync(CancellationToken cancellationToken)
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
        using var timer = new PeriodicTimer(_destination.KeepAlive, _time);
        while (connection.IsAlive && await timer.WaitForNextTickAsync(connection.Broken))
        {
            if (!_commands.AreRunning)
                continue;
            using var limit = new CancellationTokenSource(_destination.KeepAlive * _destination.KeepAliveCount, _time);
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

namespace GpuOps.Channels.Ssh;

/// <summary>A channel whose commands and files go over one connection, which serves all callers.</summary>
public abstract class RemoteChannel : ICommandChannel
{
    private readonly RemoteFiles _files;

    /// <summary>Makes the channel; it connects at first use.</summary>
    /// <param name="description">What errors call the host.</param>
    /// <param name="time">The clock.</param>
    private protected RemoteChannel(string description, TimeProvider? time)
    {
        Description = description;
        Time = time ?? TimeProvider.System;
        Commands = new RemoteCommands(description, OpenAsync, Time);
        _files = new RemoteFiles(this);
    }

    /// <inheritdoc/>
    public string Description { get; }

    private protected TimeProvider Time { get; }

    private protected RemoteCommands Commands { get; }

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken cancellationToken) => _ = await Commands.ConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public abstract Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken);

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
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Commands.DisposeAsync();
    }

    private protected abstract Task<IRemoteConnection> OpenAsync(CancellationToken cancellationToken);
}

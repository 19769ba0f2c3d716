using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.SlurmTests;

/// <summary>A channel that tells the test when it noticed that its connection is gone.</summary>
/// <param name="channel">The channel itself.</param>
internal sealed class LossWatch(ICommandChannel channel) : ICommandChannel
{
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a command was cut off, or could not be sent.</summary>
    public Task Lost => _lost.Task;

    public string Description => channel.Description;

    public Task ConnectAsync(CancellationToken cancellationToken) => channel.ConnectAsync(cancellationToken);

    public async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.RunAsync(command, cancellationToken);
        }
        catch (GpuOpsException fault) when (fault.Id is "ChannelLost" or "ChannelUnreachable" or "SshProxyFailed")
        {
            _lost.TrySetResult();
            throw;
        }
    }

    public Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken) => channel.ReadAsync(path, offset, atMost, cancellationToken);

    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken) => channel.StatAsync(path, cancellationToken);

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken) => channel.WriteAsync(path, content, isProgram, cancellationToken);

    public ValueTask DisposeAsync() => channel.DisposeAsync();
}

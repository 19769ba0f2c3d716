using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.Unit.Channels.Files;

/// <summary>This host, over a connection that is cut when told: what ran has run, and its answer is lost.</summary>
internal sealed class CutChannel : ICommandChannel
{
    private readonly LocalChannel _local = new();

    /// <summary>The next answer is lost.</summary>
    public bool IsCut { get; set; }

    public string Description => "a host far away";

    public async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        var result = await _local.RunAsync(command, cancellationToken);
        if (!IsCut)
            return result;
        IsCut = false;
        throw new GpuOpsException("ChannelLost", GpuOpsErrorKind.Lost, "The connection was cut.");
    }

    public Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken) => _local.ReadAsync(path, offset, atMost, cancellationToken);

    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken) => _local.StatAsync(path, cancellationToken);

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken) =>
        _local.WriteAsync(path, content, isProgram, cancellationToken);

    public ValueTask DisposeAsync() => _local.DisposeAsync();
}

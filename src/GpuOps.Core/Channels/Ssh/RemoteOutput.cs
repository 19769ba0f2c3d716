using System.Buffers;
using System.IO.Pipelines;

namespace GpuOps.Channels.Ssh;

/// <summary>Takes a command's output as it comes: keeps it, or hands what is the command's own to its reader.</summary>
/// <param name="script">The command.</param>
internal sealed class RemoteOutput(RemoteScript script)
{
    private readonly ArrayBufferWriter<byte> _kept = new();
    private Pipe? _own;
    private Task<byte[]>? _reading;

    /// <summary>What was kept so far: all, or where there is a reader what the login shell printed before.</summary>
    public ReadOnlySpan<byte> Kept => _kept.WrittenSpan;

    /// <summary>Takes the next piece; waits where the reader does not keep up.</summary>
    /// <param name="piece">The piece.</param>
    public async ValueTask AddAsync(ReadOnlyMemory<byte> piece)
    {
        if (_own is null)
        {
            _kept.Write(piece.Span);
            if (script.OutputReader is null || script.BeginOf(Kept) is not { } begin)
                return;
            _own = new Pipe();
            _reading = OutputReading.ReadAsync(_own.Reader.AsStream(), script.OutputReader, CancellationToken.None);
            piece = Kept[begin..].ToArray();
            var before = Kept[..begin].ToArray();
            _kept.Clear();
            _kept.Write(before);
        }

        await _own.Writer.WriteAsync(piece);
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Complete() => _own?.Writer.Complete();

    /// <summary>What the command left, once its reader has read all; see <see cref="RemoteScript.Result"/>.</summary>
    public async Task<CommandResult?> ResultAsync(int? exitCode, byte[] error)
    {
        var result = script.Result(exitCode, Kept.ToArray(), error);
        if (_reading is null)
            return result;
        if (result is not null)
            await OutputReading.ResultAsync(_reading, result.ExitCode);
        else
            _ = _reading.ContinueWith(static reading => reading.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return result;
    }
}

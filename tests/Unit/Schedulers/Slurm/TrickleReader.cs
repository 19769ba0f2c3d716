namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Gives a text in small pieces, as a connection does.</summary>
internal sealed class TrickleReader(string text, int piece) : TextReader
{
    private int at;

    public override int Read(Span<char> buffer)
    {
        var count = Math.Min(Math.Min(piece, buffer.Length), text.Length - at);
        text.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return Read(buffer.Span);
    }
}

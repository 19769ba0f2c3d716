using System.Buffers;
using System.Text;

namespace GpuOps.Schedulers;

/// <summary>Makes lines of what a job wrote, however it was cut into pieces.</summary>
public sealed class LogLines
{
    // Longer than any line a person reads, and short enough for a text of .NET.
    private const int LongestLine = 64 << 20;

    private readonly ArrayBufferWriter<byte> _rest = new();

    /// <summary>What stands behind the last newline, as far as it is there.</summary>
    public string Rest => Text(_rest.WrittenSpan);

    /// <summary>Takes further bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The lines they end, without the newline; bytes that are no UTF-8 become U+FFFD. A carriage return inside of a line stays.</returns>
    public IReadOnlyList<string> Take(ReadOnlySpan<byte> bytes)
    {
        List<string> lines = [];
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
            lines.Add(Finish(bytes[..end]));
        _rest.Write(bytes);
        if (_rest.WrittenCount > LongestLine)
            lines.AddRange(End());
        return lines;
    }

    /// <summary>Ends a last line that has no newline.</summary>
    /// <returns>It, or nothing.</returns>
    public IReadOnlyList<string> End() => _rest.WrittenCount > 0 ? [Finish([])] : [];

    private string Finish(ReadOnlySpan<byte> bytes)
    {
        if (_rest.WrittenCount == 0)
            return Text(bytes);
        _rest.Write(bytes);
        var line = Text(_rest.WrittenSpan);
        if (_rest.Capacity > 1 << 20)
            _rest.Clear();
        _rest.ResetWrittenCount();
        return line;
    }

    private static string Text(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line.EndsWith("\r"u8) ? line[..^1] : line);
}

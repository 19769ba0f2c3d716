using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Reads records of a fixed number of fields, each ended by the delimiter, one at a time and in place: the buffer grows
/// to the longest record and no further. Lines before a record, like a login shell's banner, are left out.
/// </summary>
internal sealed class FramedReader(TextReader source, SlurmFraming framing, int columns)
{
    private readonly string delimiter = framing.Delimiter;
    private readonly (int Start, int End)[] fields = new (int, int)[columns];
    private char[] buffer = new char[32 * 1024];
    private int start;
    private int end;
    private int scanned;
    private int found;
    private bool isAtEnd;

    /// <summary>A field of the present record; valid until the next is read.</summary>
    public ReadOnlySpan<char> this[int column] => buffer.AsSpan(fields[column].Start, fields[column].End - fields[column].Start);

    /// <summary>Goes to the next record; false after the last.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        found = 0;
        scanned = start;
        while (!TryTake())
        {
            if (isAtEnd) return found == 0 ? false : throw Cut();
            await FillAsync(cancellationToken);
        }

        return true;
    }

    /// <summary>The error for a record that cannot be one.</summary>
    public GpuOpsException Unexpected() => new(
        "UnexpectedSlurmOutput",
        GpuOpsErrorKind.InvalidData,
        $"Slurm's answer is not what was asked for near '{Excerpt.Of(this[0].ToString())}'. Look at what the command prints, and whether a wrapper changes it.");

    private bool TryTake()
    {
        while (found < columns)
        {
            var at = buffer.AsSpan(scanned, end - scanned).IndexOf(delimiter);
            if (at < 0) return false;
            var begin = found == 0 ? start : fields[found - 1].End + delimiter.Length;
            fields[found++] = (begin, scanned + at);
            scanned += at + delimiter.Length;
        }

        return TryTakeLineEnd();
    }

    private bool TryTakeLineEnd()
    {
        var rest = buffer.AsSpan(scanned, end - scanned);
        if (!isAtEnd && (rest.IsEmpty || rest is "\r")) return false;
        var length = rest.StartsWith("\r\n") ? 2 : rest.StartsWith("\n") ? 1 : 0;
        if (length == 0 && !rest.IsEmpty) throw Unexpected();

        start = scanned + length;
        fields[0].Start += this[0].LastIndexOf('\n') + 1;
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        // What was searched in vain is not searched again, except where a delimiter may have begun.
        if (found < columns) scanned = Math.Max(scanned, end - delimiter.Length + 1);
        MakeRoom();
        var read = await source.ReadAsync(buffer.AsMemory(end), cancellationToken);
        isAtEnd = read == 0;
        end += read;
    }

    private void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            for (var i = 0; i < found; i++) fields[i] = (fields[i].Start - start, fields[i].End - start);
            (scanned, end, start) = (scanned - start, end - start, 0);
        }

        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
    }

    private static GpuOpsException Cut() => new(
        "SlurmOutputCut",
        GpuOpsErrorKind.InvalidData,
        "Slurm's answer ends within a job. The connection was cut, or the command was ended; ask again.");
}

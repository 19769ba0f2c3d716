namespace GpuOps.Processes;

/// <summary>A process of this host, as <c>/proc/PID/stat</c> shows it. Zombies have none.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Its parent's id.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session: the id of the process that called setsid.</param>
/// <param name="StartTime">When it started, in clock ticks since boot; with the id it names the process for all time.</param>
internal readonly record struct ProcessRow(int Id, int Parent, int Group, int Session, long StartTime)
{
    /// <summary>Parses <c>/proc/PID/stat</c>; null for a zombie. Format: proc(5).</summary>
    /// <param name="stat">The file. The program's name stands in parentheses and may hold any byte.</param>
    public static ProcessRow? Parse(ReadOnlySpan<byte> stat)
    {
        var end = stat.LastIndexOf((byte)')');
        if (end < 0 || !Number(stat[..stat.IndexOf((byte)' ')], out var id))
        {
            return null;
        }

        Span<long> fields = stackalloc long[20];
        var at = 0;
        foreach (var part in stat[(end + 2)..].Split((byte)' '))
        {
            var field = stat[(end + 2)..][part];
            if (at == 0 && field is [(byte)'Z' or (byte)'X' or (byte)'x', ..])
            {
                return null;
            }

            if (at > 0 && !Number(field, out fields[at]))
            {
                return null;
            }

            if (++at == fields.Length)
            {
                return new ProcessRow((int)id, (int)fields[1], (int)fields[2], (int)fields[3], fields[19]);
            }
        }

        return null;

        static bool Number(ReadOnlySpan<byte> text, out long value) =>
            System.Buffers.Text.Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;
    }
}

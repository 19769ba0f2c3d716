namespace GpuOps.Processes;

/// <summary>A process of this host, as <c>/proc/PID/stat</c> shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Its parent's id.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session: the id of the process that called setsid.</param>
/// <param name="StartTime">When it started, in clock ticks since boot; with the id it names the process for all time.</param>
/// <param name="IsDead">Whether it has ended, and only waits to be waited for.</param>
internal readonly record struct ProcessRow(int Id, int Parent, int Group, int Session, long StartTime, bool IsDead)
{
    private const int ParentField = 1, GroupField = 2, SessionField = 3, StartTimeField = 19;

    /// <summary>Parses <c>/proc/PID/stat</c>; null when it makes no sense. Format: proc(5).</summary>
    /// <param name="stat">The file. The program's name stands in parentheses and may hold any byte.</param>
    public static ProcessRow? Parse(ReadOnlySpan<byte> stat)
    {
        var name = stat.IndexOf(" ("u8);
        var end = stat.LastIndexOf(") "u8);
        if (name < 0 || end < name || !Number(stat[..name], out var id))
        {
            return null;
        }

        var rest = stat[(end + 2)..];
        Span<long> fields = stackalloc long[StartTimeField + 1];
        var at = 0;
        foreach (var part in rest.Split((byte)' '))
        {
            // The first is the state, a letter.
            if (at > 0 && !Number(rest[part], out fields[at]))
            {
                return null;
            }

            if (++at > StartTimeField)
            {
                return new ProcessRow(
                    (int)id, (int)fields[ParentField], (int)fields[GroupField], (int)fields[SessionField], fields[StartTimeField],
                    rest[0] is (byte)'Z' or (byte)'X' or (byte)'x');
            }
        }

        return null;

        static bool Number(ReadOnlySpan<byte> text, out long value) =>
            System.Buffers.Text.Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;
    }
}

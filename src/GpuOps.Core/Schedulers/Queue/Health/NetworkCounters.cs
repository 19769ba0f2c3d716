using System.Globalization;

namespace GpuOps.Schedulers.Queue.Health;

/// <summary>What a host's network interfaces have carried and lost since they came up, the loopback left out: <c>/proc/net/dev</c>, proc_pid_net(5).</summary>
/// <param name="Packets">Packets received and sent.</param>
/// <param name="Lost">Those that had errors or were dropped.</param>
internal readonly record struct NetworkCounters(long Packets, long Lost)
{
    // Behind the interface's name: 8 numbers of what was received, 8 of what was sent; bytes, packets, errs, drop first.
    private const int Columns = 16, Sent = 8, PacketsAt = 1, ErrorsAt = 2, DropsAt = 3;

    /// <summary>Reads the file's text.</summary>
    /// <param name="text">The text; lines of another form are left out.</param>
    public static NetworkCounters Parse(string text)
    {
        long packets = 0, lost = 0;
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line.AsSpan(0, colon).Trim() is "lo")
                continue;
            long[] numbers = [.. line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)];
            if (numbers.Length < Columns)
                continue;
            packets += numbers[PacketsAt] + numbers[Sent + PacketsAt];
            lost += numbers[ErrorsAt] + numbers[DropsAt] + numbers[Sent + ErrorsAt] + numbers[Sent + DropsAt];
        }

        return new NetworkCounters(packets, lost);
    }

    /// <summary>What came since an earlier look.</summary>
    /// <param name="earlier">That look.</param>
    public NetworkCounters Since(NetworkCounters earlier) => new(Math.Max(0, Packets - earlier.Packets), Math.Max(0, Lost - earlier.Lost));
}

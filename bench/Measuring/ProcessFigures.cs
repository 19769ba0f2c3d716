using System.ComponentModel;
using System.Runtime.InteropServices;

namespace GpuOps.Bench.Measuring;

/// <summary>What the kernel says of other processes.</summary>
internal static partial class ProcessFigures
{
    private const double MillisecondsPerSecond = 1e3, NanosecondsPerMillisecond = 1e6, KilobytesPerMegabyte = 1024;

    /// <summary>What they have computed so far, in ms. Finer than what proc(5) counts, which is in hundredths of a second.</summary>
    public static double Computed(params ReadOnlySpan<int> processes)
    {
        var sum = 0.0;
        foreach (var process in processes)
        {
            if (FindClock(process, out var clock) is not 0 and var error)
                throw new Win32Exception(error);
            if (ReadClock(clock, out var time) != 0)
                throw new Win32Exception();
            sum += (time.Seconds * MillisecondsPerSecond) + (time.Nanoseconds / NanosecondsPerMillisecond);
        }

        return sum;
    }

    /// <summary>The memory of processes: Rss counts what they share once for each, Pss once; in MB. Format: proc(5).</summary>
    public static double Memory(string kind, params ReadOnlySpan<int> processes)
    {
        var sum = 0.0;
        foreach (var process in processes)
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").Single(line => line.StartsWith($"{kind}:", StringComparison.Ordinal));
            sum += double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }

        return sum / KilobytesPerMegabyte;
    }

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int FindClock(int process, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ReadClock(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}

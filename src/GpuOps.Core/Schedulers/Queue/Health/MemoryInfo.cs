using System.Globalization;

namespace GpuOps.Schedulers.Queue.Health;

/// <summary>A host's memory in bytes: <c>/proc/meminfo</c>, proc_meminfo(5).</summary>
/// <param name="Total">All that programs can have.</param>
/// <param name="Available">What they could still get without swapping.</param>
internal readonly record struct MemoryInfo(long Total, long Available)
{
    /// <summary>Reads the file's text; null when it lacks one of both.</summary>
    /// <param name="text">The text.</param>
    public static MemoryInfo? Parse(string text)
    {
        long? total = null, available = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (Value(line, "MemTotal:") is { } all)
                total = all;
            else if (Value(line, "MemAvailable:") is { } rest)
                available = rest;
        }

        return total is { } known && available is { } left ? new MemoryInfo(known, left) : null;
    }

    private static long? Value(ReadOnlySpan<char> line, string name)
    {
        if (!line.StartsWith(name, StringComparison.Ordinal))
            return null;
        var value = line[name.Length..].Trim();
        var end = value.IndexOf(' ');
        return long.TryParse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : null;
    }
}

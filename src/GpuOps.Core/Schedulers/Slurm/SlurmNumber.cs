using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Counts as Slurm writes them: <c>4</c>, <c>2-4</c> (at least 2), <c>4K</c> (4096).</summary>
internal static class SlurmNumber
{
    public static int? Parse(ReadOnlySpan<char> text)
    {
        var dash = text.IndexOf('-');
        var least = (dash > 0 ? text[..dash] : text).Trim();
        if (int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out var plain)) return plain;
        return SlurmTresText.TryAmount(least, false, out var count) && count <= int.MaxValue ? (int)count : null;
    }

    public static long? ParseLong(ReadOnlySpan<char> text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

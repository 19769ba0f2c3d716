using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads <c>scontrol show config</c>: a line for each setting, <c>MaxArraySize            = 1001</c>.</summary>
public static class ScontrolConfig
{
    /// <summary>How many tasks an array may have; the highest index is one less.</summary>
    /// <param name="text">What was printed.</param>
    /// <returns>Null when it is not told, or arrays are switched off.</returns>
    public static int? MaxArraySize(string text) =>
        int.TryParse(Find(text, "MaxArraySize"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : null;

    private static string? Find(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && line[..at].TrimEnd() == name) return line[(at + 1)..].Trim();
        }

        return null;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuOps.Probes.Nvidia;

/// <summary>Reads what nvidia-smi prints. A value in brackets, like <c>[N/A]</c>, is one it does not tell.</summary>
internal static partial class NvidiaSmiOutput
{
    private const long MiB = 1024 * 1024;

    /// <summary>The columns of <see cref="ParseGpus"/>; the name is last because names may hold commas.</summary>
    public const string GpuColumns = "index,uuid,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,name";

    /// <summary>The columns of <see cref="ParseProcesses"/>.</summary>
    public const string ProcessColumns = "gpu_uuid,pid,used_memory";

    /// <summary>
    /// <c>--query-gpu=<see cref="GpuColumns"/> --format=csv,noheader,nounits</c>: memory in MiB, percent, degrees
    /// Celsius, watts. Lines of another form are messages about GPUs that have no index any more, and left out.
    /// </summary>
    public static IReadOnlyList<GpuTelemetry> ParseGpus(string text)
    {
        var gpus = new List<GpuTelemetry>();
        foreach (var fields in Rows(text, 8))
        {
            if (!int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                continue;
            gpus.Add(new()
            {
                Index = index,
                Device = fields[0],
                Uuid = Text(fields[1]),
                MemoryTotal = (long?)Number(fields[2]) * MiB,
                MemoryUsed = (long?)Number(fields[3]) * MiB,
                Utilization = (int?)Number(fields[4]),
                Temperature = (int?)Number(fields[5]),
                Power = Number(fields[6]),
                Model = Text(fields[7]),
                Fault = fields.Select(Fault).FirstOrDefault(fault => fault is not null),
            });
        }

        return gpus;
    }

    /// <summary><c>--query-compute-apps=<see cref="ProcessColumns"/> --format=csv,noheader,nounits</c>: memory in MiB.</summary>
    public static IReadOnlyList<(string Uuid, int ProcessId, long? MemoryUsed)> ParseProcesses(string text) =>
    [
        .. Rows(text, 3)
            .Where(fields => fields[0].StartsWith("GPU-", StringComparison.Ordinal) || fields[0].StartsWith("MIG-", StringComparison.Ordinal))
            .Select(fields => (
                fields[0],
                int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0,
                (long?)Number(fields[2]) * MiB)),
    ];

    /// <summary><c>-L</c>: the MIG instances under the GPUs they divide.</summary>
    /// <returns>The GPU's index, the instance's profile and uuid.</returns>
    public static IReadOnlyList<(int Index, string Profile, string Uuid)> ParseInstances(string text)
    {
        var instances = new List<(int, string, string)>();
        var index = -1;
        foreach (var line in text.Split('\n'))
        {
            if (GpuLine().Match(line) is { Success: true } gpu)
                index = int.Parse(gpu.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
            else if (index >= 0 && InstanceLine().Match(line) is { Success: true } instance)
                instances.Add((index, instance.Groups["profile"].Value, instance.Groups["uuid"].Value));
        }

        return instances;
    }

    private static IEnumerable<string[]> Rows(string text, int columns) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(',', columns, StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length == columns);

    private static string Text(string field) => IsUntold(field) ? "" : field;

    private static double? Number(string field) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static bool IsUntold(string field) => field.StartsWith('[') && field.EndsWith(']');

    private static string? Fault(string field) =>
        IsUntold(field)
        && (field.Contains("lost", StringComparison.OrdinalIgnoreCase) || field.Contains("reset", StringComparison.OrdinalIgnoreCase))
            ? field[1..^1]
            : null;

    [GeneratedRegex(@"^GPU (?<index>\d+): ")]
    private static partial Regex GpuLine();

    [GeneratedRegex(@"^\s+MIG (?<profile>\S+)\s+Device\s+\d+: \(UUID: (?<uuid>MIG-[^)]+)\)")]
    private static partial Regex InstanceLine();
}

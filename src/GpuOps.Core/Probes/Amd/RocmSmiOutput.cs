using System.Globalization;
using System.Text.Json;

namespace GpuOps.Probes.Amd;

/// <summary>
/// Reads <c>rocm-smi --json</c>: one object <c>cardN</c> a GPU, all values texts, and <c>system</c> with the processes
/// of all GPUs (<c>"PID4711": "python, 1, 8589934592, 0, 0"</c>: program, number of GPUs, bytes, and two more).
/// </summary>
internal static class RocmSmiOutput
{
    /// <returns>The GPUs in index order; empty when there are none.</returns>
    public static IReadOnlyList<AmdGpu> Parse(string text)
    {
        using var document = SmiJson.Find(text);
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } root })
            return [];
        var gpus = new SortedDictionary<int, AmdGpu>();
        foreach (var entry in root.EnumerateObject())
        {
            if (entry.Name.StartsWith("card", StringComparison.Ordinal)
                && int.TryParse(entry.Name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                gpus[index] = ReadCard(index, entry.Value);
            }
        }

        // The tool counts a process' GPUs but does not name them; with one GPU there is nothing to tell.
        return gpus.Count == 1
            ? [gpus.Values.First() with { Processes = ReadProcesses(root) }]
            : [.. gpus.Values];
    }

    private static AmdGpu ReadCard(int index, JsonElement card)
    {
        // Versions differ in capitals ("Card series", "Card Series").
        var values = card.EnumerateObject()
            .Where(property => property.Value.ValueKind == JsonValueKind.String)
            .DistinctBy(property => property.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(property => property.Name, property => card.Text(property.Name), StringComparer.OrdinalIgnoreCase);
        string Text(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (values.TryGetValue(name, out var text) && text.Length > 0)
                    return text;
            }

            return "";
        }

        double? Number(params ReadOnlySpan<string> names) =>
            double.TryParse(Text(names), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

        return new(index)
        {
            Model = Text("Card Series", "Device Name", "Card Model"),
            UniqueId = AmdGpu.UniqueIdFrom(Text("Unique ID")),
            KfdId = Number("GUID") is { } id and > 0 and <= uint.MaxValue ? (uint)id : null,
            MemoryTotal = (long?)Number("VRAM Total Memory (B)"),
            MemoryUsed = (long?)Number("VRAM Total Used Memory (B)"),
            Utilization = (int?)Number("GPU use (%)"),
            Temperature = (int?)Number("Temperature (Sensor edge) (C)", "Temperature (Sensor junction) (C)"),
            Power = Number("Current Socket Graphics Package Power (W)", "Average Graphics Package Power (W)"),
        };
    }

    private static List<AmdProcess> ReadProcesses(JsonElement root)
    {
        var processes = new List<AmdProcess>();
        if (root.Get("system") is not { ValueKind: JsonValueKind.Object } system)
            return processes;
        foreach (var entry in system.EnumerateObject())
        {
            if (!entry.Name.StartsWith("PID", StringComparison.Ordinal)
                || !int.TryParse(entry.Name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                continue;
            }

            var fields = system.Text(entry.Name).Split(',', StringSplitOptions.TrimEntries);
            processes.Add(new(
                pid,
                fields[0] == "unknown" ? "" : fields[0],
                fields.Length > 2 && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null));
        }

        return processes;
    }
}

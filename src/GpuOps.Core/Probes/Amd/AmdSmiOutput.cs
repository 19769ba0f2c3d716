using System.Text.Json;

namespace GpuOps.Probes.Amd;

/// <summary>
/// Reads the JSON of amd-smi: a list with one object a GPU up to ROCm 6.3, the same under <c>gpu_data</c> since.
/// </summary>
/// <seealso href="https://rocm.docs.amd.com/projects/amdsmi/en/latest/how-to/amdsmi-cli-tool.html"/>
internal static class AmdSmiOutput
{
    /// <summary>Joins what the subcommands say by the GPU's index.</summary>
    /// <param name="list"><c>amd-smi list -e --json</c>, or without <c>-e</c> before ROCm 6.4.</param>
    /// <param name="fixedData"><c>amd-smi static --json</c>.</param>
    /// <param name="metric"><c>amd-smi metric --json</c>.</param>
    /// <param name="process"><c>amd-smi process --json</c>.</param>
    /// <returns>The GPUs in index order; empty when none of the texts holds any.</returns>
    public static IReadOnlyList<AmdGpu> Parse(string list, string fixedData, string metric, string process)
    {
        var gpus = new SortedDictionary<int, AmdGpu>();
        Merge(gpus, list, ReadList);
        Merge(gpus, fixedData, ReadStatic);
        Merge(gpus, metric, ReadMetric);
        Merge(gpus, process, ReadProcesses);
        return [.. gpus.Values];
    }

    private static void Merge(SortedDictionary<int, AmdGpu> gpus, string text, Func<AmdGpu, JsonElement, AmdGpu> read)
    {
        using var document = SmiJson.Find(text);
        if (document is null)
            return;
        var root = document.RootElement.Get("gpu_data") ?? document.RootElement;
        IEnumerable<JsonElement> entries = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : [root];
        foreach (var entry in entries)
        {
            if (entry.Number("gpu") is { } number and >= 0)
                gpus[(int)number] = read(gpus.GetValueOrDefault((int)number) ?? new((int)number), entry);
        }
    }

    private static AmdGpu ReadList(AmdGpu gpu, JsonElement entry) => gpu with
    {
        ToolUuid = entry.Text("uuid"),
        UniqueId = entry.Text("hip_uuid") is { Length: > 4 } name ? AmdGpu.UniqueIdFrom(name[4..]) : "",
        RuntimeIndex = (int?)entry.Number("hip_id"),
        KfdId = entry.Number("kfd_id") is { } id and > 0 ? (uint)id : null,
    };

    private static AmdGpu ReadStatic(AmdGpu gpu, JsonElement entry) => gpu with
    {
        Model = FirstText(entry.Text("asic", "market_name"), entry.Text("board", "product_name")),
        // Before 'list -e' told it: the serial number of the chip is its unique id.
        UniqueId = FirstText(gpu.UniqueId, AmdGpu.UniqueIdFrom(entry.Text("asic", "asic_serial"))),
        MemoryTotal = entry.Bytes("MB", "vram", "size"),
    };

    private static AmdGpu ReadMetric(AmdGpu gpu, JsonElement entry) => gpu with
    {
        MemoryTotal = entry.Bytes("MB", "mem_usage", "total_vram") ?? gpu.MemoryTotal,
        MemoryUsed = entry.Bytes("MB", "mem_usage", "used_vram"),
        Utilization = (int?)entry.Number("usage", "gfx_activity"),
        // Data centre boards have no edge sensor.
        Temperature = (int?)(entry.Number("temperature", "edge") ?? entry.Number("temperature", "hotspot")),
        Power = entry.Number("power", "socket_power")
            ?? entry.Number("power", "current_socket_power")
            ?? entry.Number("power", "average_socket_power"),
    };

    private static AmdGpu ReadProcesses(AmdGpu gpu, JsonElement entry)
    {
        if (entry.Get("process_list") is not { ValueKind: JsonValueKind.Array } list)
            return gpu;
        // Without processes the list holds one entry that is a sentence.
        return gpu with
        {
            Processes =
            [
                .. list.EnumerateArray()
                    .Select(item => item.Get("process_info") ?? item)
                    .Where(item => item.Number("pid") > 0)
                    .Select(item => new AmdProcess(
                        (int)item.Number("pid")!.Value,
                        item.Text("name"),
                        Larger(item.Bytes("B", "memory_usage", "vram_mem"), item.Bytes("B", "mem_usage")))),
            ],
        };
    }

    private static long? Larger(long? one, long? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);

    private static string FirstText(string one, string other) => one.Length > 0 ? one : other;
}

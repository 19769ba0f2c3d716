using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Probes.Amd;

/// <summary>Sees AMD GPUs through amd-smi, or through rocm-smi where that is missing or fails.</summary>
internal sealed class AmdProbe(
    VendorTool? amdSmi,
    VendorTool? rocmSmi,
    KfdProcesses kfd,
    ProcessOwners owners,
    TimeSpan timeLimit,
    TimeProvider timeProvider) : IGpuProbe
{
    private static readonly string[] RocmSmiArguments =
    [
        "--showid", "--showproductname", "--showmeminfo", "vram", "--showuse", "--showtemp", "--showpower",
        "--showuniqueid", "--showpids", "--json",
    ];

    public GpuProvider Provider => GpuProvider.Amd;

    public static IGpuProbe? Open(ProbeOptions options, TimeProvider timeProvider)
    {
        // ROCm's packages do not always put their programs on the PATH.
        var folders = options.ToolPath ?? $"{Environment.GetEnvironmentVariable("PATH")}{Path.PathSeparator}/opt/rocm/bin";
        VendorTool? Find(string name) => VendorTool.Find(name, folders) is { } path ? new(path) : null;
        var (amdSmi, rocmSmi) = (Find("amd-smi"), Find("rocm-smi"));
        return amdSmi is null && rocmSmi is null ? null : new AmdProbe(amdSmi, rocmSmi, new(), new(), options.TimeLimit, timeProvider);
    }

    public async Task<IReadOnlyList<GpuTelemetry>> ReadAsync(CancellationToken cancellationToken)
    {
        using var limit = new ProbeLimit(timeLimit, timeProvider, cancellationToken);
        var (gpus, complaint) = amdSmi is null ? ([], null) : await ReadAmdSmiAsync(amdSmi, limit);
        if (gpus.Count == 0 && rocmSmi is not null)
        {
            var output = await rocmSmi.RunAsync(RocmSmiArguments, limit);
            gpus = RocmSmiOutput.Parse(output.Output);
            complaint ??= Complaint(rocmSmi, output);
        }

        if (gpus.Count == 0)
            return kfd.IsAvailable && complaint is not null ? throw complaint : [];
        // The owners' names come from the system, which may ask a directory in the network.
        return await limit.WaitAsync(Task.Run(() => Describe(gpus), cancellationToken), "Naming the processes' owners");
    }

    private static async Task<(IReadOnlyList<AmdGpu> Gpus, GpuOpsException? Complaint)> ReadAmdSmiAsync(
        VendorTool tool, ProbeLimit limit)
    {
        async Task<ToolOutput> ListAsync()
        {
            var output = await tool.RunAsync(["list", "-e", "--json"], limit);
            return SmiJson.Find(output.Output) is null ? await tool.RunAsync(["list", "--json"], limit) : output;
        }

        var list = ListAsync();
        var fixedData = tool.RunAsync(["static", "--json"], limit);
        var metric = tool.RunAsync(["metric", "--json"], limit);
        var process = tool.RunAsync(["process", "--json"], limit);
        await Task.WhenAll(list, fixedData, metric, process);
        var gpus = AmdSmiOutput.Parse(
            (await list).Output, (await fixedData).Output, (await metric).Output, (await process).Output);
        return (gpus, gpus.Count == 0 ? Complaint(tool, await metric) : null);
    }

    private static GpuOpsException? Complaint(VendorTool tool, ToolOutput output)
    {
        if (output.ExitCode == 0)
            return null;
        var said = (output.Error.Trim() is { Length: > 0 } error ? error : output.Output.Trim()).ReplaceLineEndings(" ");
        return new(
            "GpuDriverFailed",
            GpuOpsErrorKind.Unreachable,
            $"{tool.Name} failed with exit code {output.ExitCode}: {said}",
            tool.Name);
    }

    private List<GpuTelemetry> Describe(IReadOnlyList<AmdGpu> gpus)
    {
        var compute = kfd.IsAvailable ? kfd.Read() : null;
        // The parts of a partitioned board share its unique id, which then names none of them.
        var shared = gpus.GroupBy(gpu => gpu.UniqueId).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        var toolNames = gpus.DistinctBy(gpu => gpu.ToolUuid).Count() == gpus.Count;
        return
        [
            .. gpus.Select(gpu =>
            {
                var uniqueId = shared.Contains(gpu.UniqueId) ? "" : gpu.UniqueId;
                return new GpuTelemetry
                {
                    Index = gpu.Index,
                    Device = uniqueId.Length > 0 ? uniqueId : (gpu.RuntimeIndex ?? gpu.Index).ToString(CultureInfo.InvariantCulture),
                    Uuid = uniqueId.Length > 0 ? uniqueId : toolNames ? gpu.ToolUuid : "",
                    Model = gpu.Model,
                    MemoryTotal = gpu.MemoryTotal,
                    MemoryUsed = gpu.MemoryUsed,
                    Utilization = gpu.Utilization,
                    Temperature = gpu.Temperature,
                    Power = gpu.Power,
                    Processes = Processes(gpu, compute),
                };
            }),
        ];
    }

    private List<GpuProcess>? Processes(AmdGpu gpu, ILookup<uint, AmdProcess>? compute)
    {
        // The tools list what draws on the screen too; the kernel's list is of compute processes only, and complete.
        var processes = compute is not null && gpu.KfdId is { } id ? compute[id] : gpu.Processes;
        return processes?.Select(process =>
        {
            var told = gpu.Processes?.FirstOrDefault(other => other.ProcessId == process.ProcessId);
            return owners.Describe(
                process.ProcessId, process.MemoryUsed > 0 ? process.MemoryUsed : told?.MemoryUsed ?? process.MemoryUsed, told?.Name ?? process.Name);
        }).ToList();
    }
}

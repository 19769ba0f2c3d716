using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Probes.Nvidia;

/// <summary>Sees NVIDIA GPUs through nvidia-smi, where NVML cannot be loaded.</summary>
internal sealed class NvidiaSmiProbe(
    VendorTool tool, ProcessOwners owners, TimeSpan timeLimit, TimeProvider timeProvider) : IGpuProbe
{
    // "couldn't communicate with the NVIDIA driver", NVML's DriverNotLoaded.
    private const int DriverNotLoaded = 9;
    private const string Csv = "--format=csv,noheader,nounits";

    public GpuProvider Provider => GpuProvider.Nvidia;

    public async Task<IReadOnlyList<GpuTelemetry>> ReadAsync(CancellationToken cancellationToken)
    {
        using var limit = new ProbeLimit(timeLimit, timeProvider, cancellationToken);
        var gpus = tool.RunAsync([$"--query-gpu={NvidiaSmiOutput.GpuColumns}", Csv], limit);
        var processes = tool.RunAsync([$"--query-compute-apps={NvidiaSmiOutput.ProcessColumns}", Csv], limit);
        var list = tool.RunAsync(["-L"], limit);
        await Task.WhenAll(gpus, processes, list);

        var seen = NvidiaSmiOutput.ParseGpus((await gpus).Output);
        if (seen.Count == 0)
            return NoGpus(await gpus);
        var running = (await processes).ExitCode == 0 ? NvidiaSmiOutput.ParseProcesses((await processes).Output) : null;
        var instances = NvidiaSmiOutput.ParseInstances((await list).Output);
        // The owners' names come from the system, which may ask a directory in the network.
        return await limit.WaitAsync(Task.Run(() => Compose(seen, running, instances), cancellationToken), "Naming the processes' owners");
    }

    private List<GpuTelemetry> Compose(
        IReadOnlyList<GpuTelemetry> gpus,
        IReadOnlyList<(string Uuid, int ProcessId, long? MemoryUsed)>? processes,
        IReadOnlyList<(int Index, string Profile, string Uuid)> instances)
    {
        var all = new List<GpuTelemetry>();
        foreach (var gpu in gpus)
        {
            var own = gpu with
            {
                Device = instances.Count > 0 && gpu.Uuid.Length > 0 ? gpu.Uuid : gpu.Device,
                Processes = processes?.Where(process => process.Uuid == gpu.Uuid)
                    .Select(process => owners.Describe(process.ProcessId, process.MemoryUsed)).ToList(),
            };
            var parts = instances.Where(instance => instance.Index == gpu.Index).ToList();
            if (parts.Count == 0)
                all.Add(own);
            // nvidia-smi names the divided GPU only, not which instance a process is on: all of them count as in use,
            // because none may be handed out wrongly.
            all.AddRange(parts.Select(part => own with
            {
                Device = part.Uuid,
                Uuid = part.Uuid,
                Model = $"{gpu.Model} MIG {part.Profile}",
                MemoryTotal = null,
                MemoryUsed = null,
                Utilization = null,
                Power = null,
            }));
        }

        return all;
    }

    private static IReadOnlyList<GpuTelemetry> NoGpus(ToolOutput output)
    {
        if (output.ExitCode is 0 or DriverNotLoaded || output.Output.Contains("No devices were found", StringComparison.Ordinal))
            return [];
        var said = (output.Error.Trim() is { Length: > 0 } error ? error : output.Output.Trim()).ReplaceLineEndings(" ");
        throw new GpuOpsException(
            "GpuDriverFailed",
            GpuOpsErrorKind.Unreachable,
            $"nvidia-smi failed with exit code {output.ExitCode}: {said}",
            "nvidia-smi");
    }
}

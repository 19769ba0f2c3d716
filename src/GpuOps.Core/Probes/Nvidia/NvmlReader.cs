using System.Globalization;

namespace GpuOps.Probes.Nvidia;

/// <summary>Reads the GPUs through NVML. Blocks, for as long as the driver likes.</summary>
internal sealed class NvmlReader(INvmlLibrary nvml, ProcessOwners owners)
{
    private const uint MigEnabled = 1;

    /// <summary>The GPUs that NVML counts from 0 to <paramref name="count"/>, MIG instances in place of theirs.</summary>
    public IReadOnlyList<GpuTelemetry> Read(uint count)
    {
        var gpus = Enumerable.Range(0, (int)count).Select(Open).ToList();
        // What a CUDA index means beside a GPU in MIG mode is not defined; a uuid means one GPU on every host.
        var useUuids = gpus.Any(gpu => gpu.IsDivided);
        return [.. gpus.SelectMany(gpu => gpu.IsDivided ? ReadInstances(gpu) : [ReadWhole(gpu, useUuids)])];
    }

    private Gpu Open(int index)
    {
        var answer = nvml.GetDevice((uint)index, out var device);
        if (answer != NvmlReturn.Success)
            return new(index, 0, false, NvmlErrors.Describe(answer));
        answer = nvml.GetMigMode(device, out var mode);
        return new(
            index,
            device,
            answer == NvmlReturn.Success && mode == MigEnabled,
            NvmlErrors.IsFault(answer) ? NvmlErrors.Describe(answer) : null);
    }

    private GpuTelemetry ReadWhole(Gpu gpu, bool useUuids)
    {
        var index = gpu.Index.ToString(CultureInfo.InvariantCulture);
        if (gpu.Device == 0)
            return new() { Index = gpu.Index, Device = index, Fault = gpu.Fault };
        var look = new Look(gpu.Fault);
        var telemetry = ReadCommon(gpu, gpu.Device, look) with
        {
            Power = look.At(nvml.GetPower(gpu.Device, out var power)) ? power / 1000.0 : null,
        };
        return telemetry with
        {
            Device = useUuids && telemetry.Uuid.Length > 0 ? telemetry.Uuid : index,
            Fault = look.Fault,
        };
    }

    private IEnumerable<GpuTelemetry> ReadInstances(Gpu gpu)
    {
        if (nvml.GetMaxMigDeviceCount(gpu.Device, out var count) != NvmlReturn.Success)
            yield break;
        for (uint number = 0; number < count; number++)
        {
            // Instances keep their numbers when one before them is destroyed, so there are holes.
            if (nvml.GetMigDevice(gpu.Device, number, out var instance) != NvmlReturn.Success)
                continue;
            var look = new Look(gpu.Fault);
            var telemetry = ReadCommon(gpu, instance, look);
            // An instance without a name cannot be given to anybody.
            if (telemetry.Uuid.Length > 0)
                yield return telemetry with { Device = telemetry.Uuid, Fault = look.Fault };
        }
    }

    /// <summary>What a whole GPU and an instance have alike. The temperature is the board's, which instances share.</summary>
    private GpuTelemetry ReadCommon(Gpu gpu, nint device, Look look)
    {
        var (total, used) = ReadMemory(device, look);
        return new()
        {
            Index = gpu.Index,
            Device = "",
            Uuid = look.At(nvml.GetUuid(device, out var uuid)) ? uuid : "",
            Model = look.At(nvml.GetName(device, out var name)) ? name : "",
            MemoryTotal = total,
            MemoryUsed = used,
            Utilization = look.At(nvml.GetUtilization(device, out var utilization)) ? (int)Math.Min(utilization.Gpu, 100) : null,
            Temperature = look.At(nvml.GetTemperature(gpu.Device, out var temperature)) ? (int)temperature : null,
            Processes = ReadProcesses(device, look),
        };
    }

    private (long? Total, long? Used) ReadMemory(nint device, Look look)
    {
        if (look.At(nvml.GetMemoryV2(device, out var memory)))
            return ((long)memory.Total, (long)memory.Used);
        return look.At(nvml.GetMemory(device, out var older)) ? ((long)older.Total, (long)older.Used) : (null, null);
    }

    private List<GpuProcess>? ReadProcesses(nint device, Look look)
    {
        var answer = ReadProcesses(device, 3, out var processes);
        if (answer is NvmlReturn.FunctionNotFound)
            answer = ReadProcesses(device, 2, out processes);
        if (!look.At(answer))
            return null;
        var described = new List<GpuProcess>(processes.Length);
        foreach (var process in processes)
        {
            described.Add(owners.Describe(
                (int)process.ProcessId,
                process.UsedGpuMemory == NvmlProcessInfo.MemoryNotAvailable ? null : (long)process.UsedGpuMemory));
        }

        return described;
    }

    private NvmlReturn ReadProcesses(nint device, int version, out ReadOnlySpan<NvmlProcessInfo> processes)
    {
        // Processes may start between two calls, so the answer "too small" can come again; each try has room to spare.
        const int Tries = 8;
        var room = 32;
        processes = [];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var found = new NvmlProcessInfo[room];
            // Drivers 535.43 to 535.86 fill entries of 32 bytes instead of 24: only three quarters are offered, so
            // that they cannot write past the end.
            var answer = nvml.GetComputeProcesses(device, version, found.AsSpan(0, room / 4 * 3), out var count);
            if (answer == NvmlReturn.Success)
                processes = found.AsSpan(0, (int)Math.Min(count, (uint)room));
            if (answer != NvmlReturn.InsufficientSize)
                return answer;
            room = ((int)Math.Min(count, 1u << 20) + 16) * 2;
        }

        return NvmlReturn.InsufficientSize;
    }

    /// <param name="Index">NVML's index.</param>
    /// <param name="Device">NVML's handle; 0 when it gives none.</param>
    /// <param name="IsDivided">It is in MIG mode.</param>
    /// <param name="Fault">Why it cannot be used.</param>
    private sealed record Gpu(int Index, nint Device, bool IsDivided, string? Fault);

    /// <summary>Keeps the first answer that says the GPU is out of order.</summary>
    private sealed class Look(string? fault)
    {
        public string? Fault { get; private set; } = fault;

        public bool At(NvmlReturn answer)
        {
            if (NvmlErrors.IsFault(answer))
                Fault ??= NvmlErrors.Describe(answer);
            return answer == NvmlReturn.Success;
        }
    }
}

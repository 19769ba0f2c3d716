using System.Runtime.InteropServices;
using System.Text;

namespace GpuOps.Probes.Nvidia;

/// <summary>
/// The installed NVML. Its functions are called through their addresses instead of by name at compile time, because
/// which of them exist depends on the driver, and because the library's path is a setting.
/// </summary>
internal sealed unsafe class NvmlLibrary : INvmlLibrary
{
    // NVML_DEVICE_UUID_V2_BUFFER_SIZE and NVML_DEVICE_NAME_V2_BUFFER_SIZE.
    private const int TextSize = 96;
    private const uint TemperatureAtGpu = 0;

    private readonly delegate* unmanaged[Cdecl]<NvmlReturn> _initialize;
    private readonly delegate* unmanaged[Cdecl]<uint*, NvmlReturn> _getCount;
    private readonly delegate* unmanaged[Cdecl]<uint, nint*, NvmlReturn> _getDevice;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, uint, NvmlReturn> _getUuid;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, uint, NvmlReturn> _getName;
    private readonly delegate* unmanaged[Cdecl]<nint, NvmlMemory*, NvmlReturn> _getMemory;
    private readonly delegate* unmanaged[Cdecl]<nint, NvmlMemoryV2*, NvmlReturn> _getMemoryV2;
    private readonly delegate* unmanaged[Cdecl]<nint, NvmlUtilization*, NvmlReturn> _getUtilization;
    private readonly delegate* unmanaged[Cdecl]<nint, uint, uint*, NvmlReturn> _getTemperature;
    private readonly delegate* unmanaged[Cdecl]<nint, uint*, NvmlReturn> _getPower;
    private readonly delegate* unmanaged[Cdecl]<nint, uint*, NvmlProcessInfo*, NvmlReturn> _getProcessesV2;
    private readonly delegate* unmanaged[Cdecl]<nint, uint*, NvmlProcessInfo*, NvmlReturn> _getProcessesV3;
    private readonly delegate* unmanaged[Cdecl]<nint, uint*, uint*, NvmlReturn> _getMigMode;
    private readonly delegate* unmanaged[Cdecl]<nint, uint*, NvmlReturn> _getMaxMigDeviceCount;
    private readonly delegate* unmanaged[Cdecl]<nint, uint, nint*, NvmlReturn> _getMigDevice;

    private NvmlLibrary(nint library)
    {
        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;
        _initialize = (delegate* unmanaged[Cdecl]<NvmlReturn>)Export("nvmlInit_v2");
        _getCount = (delegate* unmanaged[Cdecl]<uint*, NvmlReturn>)Export("nvmlDeviceGetCount_v2");
        _getDevice = (delegate* unmanaged[Cdecl]<uint, nint*, NvmlReturn>)Export("nvmlDeviceGetHandleByIndex_v2");
        _getUuid = (delegate* unmanaged[Cdecl]<nint, byte*, uint, NvmlReturn>)Export("nvmlDeviceGetUUID");
        _getName = (delegate* unmanaged[Cdecl]<nint, byte*, uint, NvmlReturn>)Export("nvmlDeviceGetName");
        _getMemory = (delegate* unmanaged[Cdecl]<nint, NvmlMemory*, NvmlReturn>)Export("nvmlDeviceGetMemoryInfo");
        _getMemoryV2 = (delegate* unmanaged[Cdecl]<nint, NvmlMemoryV2*, NvmlReturn>)Export("nvmlDeviceGetMemoryInfo_v2");
        _getUtilization = (delegate* unmanaged[Cdecl]<nint, NvmlUtilization*, NvmlReturn>)Export("nvmlDeviceGetUtilizationRates");
        _getTemperature = (delegate* unmanaged[Cdecl]<nint, uint, uint*, NvmlReturn>)Export("nvmlDeviceGetTemperature");
        _getPower = (delegate* unmanaged[Cdecl]<nint, uint*, NvmlReturn>)Export("nvmlDeviceGetPowerUsage");
        _getProcessesV2 = (delegate* unmanaged[Cdecl]<nint, uint*, NvmlProcessInfo*, NvmlReturn>)
            Export("nvmlDeviceGetComputeRunningProcesses_v2");
        _getProcessesV3 = (delegate* unmanaged[Cdecl]<nint, uint*, NvmlProcessInfo*, NvmlReturn>)
            Export("nvmlDeviceGetComputeRunningProcesses_v3");
        _getMigMode = (delegate* unmanaged[Cdecl]<nint, uint*, uint*, NvmlReturn>)Export("nvmlDeviceGetMigMode");
        _getMaxMigDeviceCount = (delegate* unmanaged[Cdecl]<nint, uint*, NvmlReturn>)Export("nvmlDeviceGetMaxMigDeviceCount");
        _getMigDevice = (delegate* unmanaged[Cdecl]<nint, uint, nint*, NvmlReturn>)Export("nvmlDeviceGetMigDeviceHandleByIndex");
    }

    /// <summary>Loads the library, which does not talk to the driver yet.</summary>
    /// <param name="path">Where it is; null for where the system keeps it.</param>
    /// <returns>Null when there is no such library.</returns>
    public static NvmlLibrary? TryLoad(string? path)
    {
        string[] candidates = path is not null ? [path]
            : OperatingSystem.IsWindows() ? ["nvml.dll"]
            : OperatingSystem.IsLinux() ? ["libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1"]
            : [];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var library))
                return new(library);
        }

        return null;
    }

    public NvmlReturn Initialize() => _initialize is null ? NvmlReturn.FunctionNotFound : _initialize();

    public NvmlReturn GetDeviceCount(out uint count)
    {
        fixed (uint* target = &count)
            return _getCount is null ? Missing(out count) : _getCount(target);
    }

    public NvmlReturn GetDevice(uint index, out nint device)
    {
        fixed (nint* target = &device)
            return _getDevice is null ? Missing(out device) : _getDevice(index, target);
    }

    public NvmlReturn GetUuid(nint device, out string uuid) => GetText(_getUuid, device, out uuid);

    public NvmlReturn GetName(nint device, out string name) => GetText(_getName, device, out name);

    public NvmlReturn GetMemory(nint device, out NvmlMemory memory)
    {
        fixed (NvmlMemory* target = &memory)
            return _getMemory is null ? Missing(out memory) : _getMemory(device, target);
    }

    public NvmlReturn GetMemoryV2(nint device, out NvmlMemoryV2 memory)
    {
        memory = new() { Version = NvmlMemoryV2.CurrentVersion };
        fixed (NvmlMemoryV2* target = &memory)
            return _getMemoryV2 is null ? NvmlReturn.FunctionNotFound : _getMemoryV2(device, target);
    }

    public NvmlReturn GetUtilization(nint device, out NvmlUtilization utilization)
    {
        fixed (NvmlUtilization* target = &utilization)
            return _getUtilization is null ? Missing(out utilization) : _getUtilization(device, target);
    }

    public NvmlReturn GetTemperature(nint device, out uint temperature)
    {
        fixed (uint* target = &temperature)
            return _getTemperature is null ? Missing(out temperature) : _getTemperature(device, TemperatureAtGpu, target);
    }

    public NvmlReturn GetPower(nint device, out uint power)
    {
        fixed (uint* target = &power)
            return _getPower is null ? Missing(out power) : _getPower(device, target);
    }

    public NvmlReturn GetComputeProcesses(nint device, int version, Span<NvmlProcessInfo> processes, out uint count)
    {
        count = (uint)processes.Length;
        var call = version == 3 ? _getProcessesV3 : _getProcessesV2;
        fixed (uint* size = &count)
        fixed (NvmlProcessInfo* target = processes)
            return call is null ? Missing(out count) : call(device, size, target);
    }

    public NvmlReturn GetMigMode(nint device, out uint current)
    {
        uint pending;
        fixed (uint* target = &current)
            return _getMigMode is null ? Missing(out current) : _getMigMode(device, target, &pending);
    }

    public NvmlReturn GetMaxMigDeviceCount(nint device, out uint count)
    {
        fixed (uint* target = &count)
            return _getMaxMigDeviceCount is null ? Missing(out count) : _getMaxMigDeviceCount(device, target);
    }

    public NvmlReturn GetMigDevice(nint device, uint index, out nint instance)
    {
        fixed (nint* target = &instance)
            return _getMigDevice is null ? Missing(out instance) : _getMigDevice(device, index, target);
    }

    private static NvmlReturn GetText(delegate* unmanaged[Cdecl]<nint, byte*, uint, NvmlReturn> call, nint device, out string text)
    {
        text = "";
        if (call is null)
            return NvmlReturn.FunctionNotFound;
        var buffer = stackalloc byte[TextSize + 1];
        buffer[0] = buffer[TextSize] = 0;
        var answer = call(device, buffer, TextSize);
        if (answer == NvmlReturn.Success)
            text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
        return answer;
    }

    private static NvmlReturn Missing<T>(out T value) where T : unmanaged
    {
        value = default;
        return NvmlReturn.FunctionNotFound;
    }
}

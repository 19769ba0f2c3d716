namespace GpuOps.Probes.Nvidia;

/// <summary>
/// The NVML calls the probe makes, one to one. A call the installed library does not have answers
/// <see cref="NvmlReturn.FunctionNotFound"/>.
/// </summary>
internal interface INvmlLibrary
{
    NvmlReturn Initialize();

    NvmlReturn GetDeviceCount(out uint count);

    NvmlReturn GetDevice(uint index, out nint device);

    NvmlReturn GetUuid(nint device, out string uuid);

    NvmlReturn GetName(nint device, out string name);

    NvmlReturn GetMemory(nint device, out NvmlMemory memory);

    NvmlReturn GetMemoryV2(nint device, out NvmlMemoryV2 memory);

    NvmlReturn GetUtilization(nint device, out NvmlUtilization utilization);

    /// <summary>Degrees Celsius at the GPU's die.</summary>
    NvmlReturn GetTemperature(nint device, out uint temperature);

    /// <summary>Milliwatts.</summary>
    NvmlReturn GetPower(nint device, out uint power);

    /// <param name="device">The GPU or MIG instance.</param>
    /// <param name="version">2 or 3: which of the library's two calls.</param>
    /// <param name="processes">Filled from the start.</param>
    /// <param name="count">
    /// How many were filled, or, with <see cref="NvmlReturn.InsufficientSize"/>, how many there are.
    /// </param>
    NvmlReturn GetComputeProcesses(nint device, int version, Span<NvmlProcessInfo> processes, out uint count);

    NvmlReturn GetMigMode(nint device, out uint current);

    NvmlReturn GetMaxMigDeviceCount(nint device, out uint count);

    NvmlReturn GetMigDevice(nint device, uint index, out nint instance);
}

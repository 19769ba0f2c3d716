using System.Runtime.InteropServices;

namespace GpuOps.Probes.Nvidia;

/// <summary>nvmlProcessInfo_v2_t, which version 3 of the call fills as well.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlProcessInfo
{
    /// <summary>NVML_VALUE_NOT_AVAILABLE.</summary>
    public const ulong MemoryNotAvailable = ulong.MaxValue;

    public uint ProcessId;
    public ulong UsedGpuMemory;
    public uint GpuInstanceId;
    public uint ComputeInstanceId;
}

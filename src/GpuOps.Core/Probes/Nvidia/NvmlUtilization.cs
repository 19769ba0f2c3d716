using System.Runtime.InteropServices;

namespace GpuOps.Probes.Nvidia;

/// <summary>nvmlUtilization_t: percent of the last sample period.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlUtilization
{
    public uint Gpu;
    public uint Memory;
}

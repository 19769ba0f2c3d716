using System.Runtime.InteropServices;

namespace GpuOps.Probes.Nvidia;

/// <summary>nvmlMemory_t: bytes; the driver's reserve counts as used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlMemory
{
    public ulong Total;
    public ulong Free;
    public ulong Used;
}

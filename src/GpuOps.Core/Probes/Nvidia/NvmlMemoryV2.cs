using System.Runtime.InteropServices;

namespace GpuOps.Probes.Nvidia;

/// <summary>nvmlMemory_v2_t: bytes; the driver's reserve is told apart from what is used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlMemoryV2
{
    /// <summary>NVML_STRUCT_VERSION(Memory, 2): the size of the structure, and its version in the top byte.</summary>
    public static readonly uint CurrentVersion = (uint)Marshal.SizeOf<NvmlMemoryV2>() | (2u << 24);

    public uint Version;
    public ulong Total;
    public ulong Reserved;
    public ulong Free;
    public ulong Used;
}

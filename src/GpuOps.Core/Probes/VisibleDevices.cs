using System.Globalization;
using GpuOps.Pools;

namespace GpuOps.Probes;

/// <summary>The environment variables that show a command the GPUs it was given, and no others.</summary>
public static class VisibleDevices
{
    /// <summary>Holds the id of the reservation that the command runs under.</summary>
    public const string ReservationIdVariable = "GPUOPS_RESERVATION_ID";

    /// <summary>The variables for a command.</summary>
    /// <param name="provider">Who makes the GPUs.</param>
    /// <param name="devices">The GPUs' <see cref="PoolGpu.Device"/>, in the order the command is to see them.</param>
    /// <param name="reservationId">The reservation the command runs under; null for none.</param>
    /// <returns>Names and values. Every provider sets the same names on every call, so nothing inherited shines through.</returns>
    public static IReadOnlyDictionary<string, string> For(
        GpuProvider provider, IReadOnlyList<string> devices, string? reservationId = null)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var variables = ProviderTable.Find(provider).Variables(devices);
        if (reservationId is not null)
            variables[ReservationIdVariable] = reservationId;
        return variables;
    }

    /// <summary>CUDA takes indices and uuids alike.</summary>
    internal static Dictionary<string, string> Cuda(IReadOnlyList<string> devices)
    {
        var list = string.Join(',', devices);
        return new()
        {
            ["CUDA_VISIBLE_DEVICES"] = list,
            // The pool counts like NVML, in PCI bus order; CUDA by itself counts the fastest GPU first.
            ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID",
            ["NVIDIA_VISIBLE_DEVICES"] = list,
        };
    }

    /// <summary>
    /// ROCm filters twice. ROCR_VISIBLE_DEVICES picks among all GPUs and numbers what is left from 0 in the order
    /// given; HIP_VISIBLE_DEVICES (CUDA_VISIBLE_DEVICES is its other name) then picks among those. So only the first
    /// holds the real GPUs: with ROCR=2,3 and HIP=2,3 a program would see none.
    /// </summary>
    /// <seealso href="https://rocm.docs.amd.com/en/latest/conceptual/gpu-isolation.html"/>
    internal static Dictionary<string, string> Rocm(IReadOnlyList<string> devices)
    {
        var ranks = string.Join(',', Enumerable.Range(0, devices.Count).Select(rank => rank.ToString(CultureInfo.InvariantCulture)));
        return new()
        {
            ["ROCR_VISIBLE_DEVICES"] = string.Join(',', devices),
            ["HIP_VISIBLE_DEVICES"] = ranks,
            ["CUDA_VISIBLE_DEVICES"] = ranks,
            ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID",
            // Read by NVIDIA's container runtime only, and no NVIDIA GPU was given.
            ["NVIDIA_VISIBLE_DEVICES"] = "void",
        };
    }
}

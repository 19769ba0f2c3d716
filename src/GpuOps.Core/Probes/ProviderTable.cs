using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Probes.Amd;
using GpuOps.Probes.Fake;
using GpuOps.Probes.Nvidia;

namespace GpuOps.Probes;

/// <summary>The makers of GPUs, in the order a host is searched for them. A new one is one line here.</summary>
internal static class ProviderTable
{
    public static IReadOnlyList<ProviderEntry> Entries { get; } =
    [
        new(GpuProvider.Nvidia, true, NvidiaProbes.Open, VisibleDevices.Cuda),
        new(GpuProvider.Amd, true, AmdProbe.Open, VisibleDevices.Rocm),
        new(GpuProvider.Fake, false, FakeProbe.Open, VisibleDevices.Cuda),
        new(GpuProvider.None, false, (_, _) => null, VisibleDevices.Cuda),
    ];

    /// <exception cref="GpuOpsException">There is no such provider.</exception>
    public static ProviderEntry Find(GpuProvider provider) =>
        Entries.FirstOrDefault(entry => entry.Provider == provider)
        ?? throw new GpuOpsException(
            "UnknownGpuProvider",
            GpuOpsErrorKind.InvalidArgument,
            $"'{provider}' is not a GPU provider; there are {string.Join(", ", Entries.Select(entry => entry.Provider))}.",
            provider);
}

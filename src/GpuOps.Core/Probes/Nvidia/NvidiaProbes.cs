namespace GpuOps.Probes.Nvidia;

/// <summary>Chooses how NVIDIA GPUs are seen on this host.</summary>
internal static class NvidiaProbes
{
    public static IGpuProbe? Open(ProbeOptions options, TimeProvider timeProvider)
    {
        var owners = new ProcessOwners();
        if (NvmlLibrary.TryLoad(options.NvmlPath) is { } nvml)
            return new NvmlProbe(nvml, owners, options.TimeLimit, timeProvider);
        return VendorTool.Find("nvidia-smi", options.ToolPath) is { } path
            ? new NvidiaSmiProbe(new(path), owners, options.TimeLimit, timeProvider)
            : null;
    }
}

namespace GpuOps.Pools;

/// <summary>Who makes a host's GPUs, which decides the probe and the environment variables a command gets.</summary>
public enum GpuProvider
{
    /// <summary>Nobody can be asked: the pool is a plain count and has no telemetry.</summary>
    None,

    /// <summary>NVIDIA, seen through NVML.</summary>
    Nvidia,

    /// <summary>AMD, seen through amd-smi or rocm-smi.</summary>
    Amd,

    /// <summary>Made-up GPUs for trials and tests.</summary>
    Fake,
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>Whose GPU libraries a container is shown.</summary>
public enum SlurmContainerGpu
{
    /// <summary>None.</summary>
    None,

    /// <summary>NVIDIA's (<c>--nv</c>).</summary>
    Nvidia,

    /// <summary>AMD's (<c>--rocm</c>).</summary>
    Amd,
}

namespace GpuOps.Schedulers.Slurm;

/// <summary>What runs containers in a job.</summary>
public enum SlurmContainerRuntime
{
    /// <summary>NVIDIA's plugin for srun: the command runs once for each task of the job.</summary>
    Pyxis,

    /// <summary><c>apptainer exec</c>.</summary>
    Apptainer,

    /// <summary><c>singularity exec</c>.</summary>
    Singularity,
}

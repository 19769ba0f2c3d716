namespace GpuOps.Schedulers.Slurm;

/// <summary>A container to run a command in.</summary>
/// <param name="Runtime">What runs it; null for what the backend says, else Apptainer.</param>
/// <param name="Image">The image as the runtime names it: <c>nvcr.io#nvidia/pytorch:24.05-py3</c>, <c>~/torch.sif</c>, <c>docker://ubuntu</c>.</param>
public sealed record SlurmContainer(SlurmContainerRuntime? Runtime, string Image)
{
    /// <summary>Folders of the node to show inside: <c>/data</c>, <c>/data:/mnt</c>, <c>/data:/mnt:ro</c>. They cannot contain commas.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary>The folder inside in which the command begins.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>Whose GPU libraries of the node are shown inside; Pyxis finds that out by itself.</summary>
    public SlurmContainerGpu Gpu { get; init; } = SlurmContainerGpu.Nvidia;
}

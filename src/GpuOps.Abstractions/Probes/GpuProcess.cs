namespace GpuOps.Probes;

/// <summary>A compute process on a GPU.</summary>
/// <param name="ProcessId">Its process id on the GPU's host.</param>
/// <param name="User">Its owner; empty when that cannot be told.</param>
/// <param name="Name">Its program's name; empty when that cannot be told.</param>
/// <param name="MemoryUsed">GPU memory in bytes; null when the driver does not tell.</param>
public sealed record GpuProcess(int ProcessId, string User, string Name, long? MemoryUsed)
{
    /// <summary>Program, process id and owner.</summary>
    public override string ToString() => $"{Name} ({ProcessId}, {User})";
}

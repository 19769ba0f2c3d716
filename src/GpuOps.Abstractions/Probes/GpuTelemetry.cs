namespace GpuOps.Probes;

/// <summary>What a probe sees of one GPU. A value the driver does not tell is null.</summary>
public sealed record GpuTelemetry
{
    /// <summary>The driver's index on this host, in PCI bus order; for a MIG instance its parent's.</summary>
    public required int Index { get; init; }

    /// <summary>
    /// What a visible-devices variable calls it: the index; the uuid where an index could mean another GPU to the
    /// runtime (MIG instances and their whole neighbours, AMD GPUs with a unique id).
    /// </summary>
    public required string Device { get; init; }

    /// <summary>The driver's name that stays the same over reboots.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The product name.</summary>
    public string Model { get; init; } = "";

    /// <summary>Memory in bytes.</summary>
    public long? MemoryTotal { get; init; }

    /// <summary>Memory in use, in bytes, the driver's own reserve left out.</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>How busy it is, 0 to 100.</summary>
    public int? Utilization { get; init; }

    /// <summary>Degrees Celsius.</summary>
    public int? Temperature { get; init; }

    /// <summary>Watts.</summary>
    public double? Power { get; init; }

    /// <summary>The compute processes on it; null when the driver does not tell.</summary>
    public IReadOnlyList<GpuProcess>? Processes { get; init; }

    /// <summary>Why the GPU cannot be read; null when it can.</summary>
    public string? Fault { get; init; }
}

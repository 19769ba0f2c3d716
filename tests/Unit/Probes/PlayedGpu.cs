using GpuOps.Probes.Nvidia;

namespace GpuOps.Unit.Probes;

/// <summary>A GPU or MIG instance behind <see cref="PlayedNvml"/>.</summary>
internal sealed class PlayedGpu(string uuid)
{
    public string Uuid { get; } = uuid;

    public string Name { get; init; } = "NVIDIA Test";

    public NvmlMemoryV2 Memory { get; init; } = new() { Total = 80ul << 30, Used = 1ul << 20, Reserved = 600ul << 20 };

    public uint Utilization { get; init; }

    public uint Temperature { get; init; } = 33;

    public uint Power { get; init; } = 70_500;

    public List<NvmlProcessInfo> Processes { get; init; } = [];

    /// <summary>The places of a GPU in MIG mode, null for an empty one; null for a whole GPU.</summary>
    public List<PlayedGpu?>? Instances { get; init; }

    /// <summary>Calls that do not succeed, by the name of the method.</summary>
    public Dictionary<string, NvmlReturn> Answers { get; init; } = [];
}

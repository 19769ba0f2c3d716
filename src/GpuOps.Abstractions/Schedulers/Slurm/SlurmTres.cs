using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>An amount of something Slurm counts: 8 GPUs of a type, 4 CPUs, 4000 MB of memory.</summary>
public sealed record SlurmTres
{
    private const long MiB = 1 << 20;

    /// <summary>What it is: <c>gpu</c>, <c>shard</c>, <c>cpu</c>, <c>mem</c>, <c>node</c>, <c>license/matlab</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its type, like <c>a100</c> or <c>1g.10gb</c>; empty when Slurm does not say.</summary>
    public string Type { get; init; } = "";

    /// <summary>How many; bytes for <c>mem</c>.</summary>
    public long Count { get; init; }

    /// <summary>Which ones on their node (<c>IDX:0-1,5</c>), in the order printed.</summary>
    public IReadOnlyList<int> Index { get; init; } = [];

    /// <summary>The sockets they sit at (<c>S:0-1</c>), as printed.</summary>
    public string Sockets { get; init; } = "";

    /// <summary>
    /// Whether it is an entry of an accounting list (<c>gres/gpu=8</c>), where the entry without a type counts those with
    /// a type once more; entries of a node's list (<c>gpu:a100:4,gpu:2</c>) are different things.
    /// </summary>
    public bool IsTracked { get; init; }

    /// <summary>The entry as Slurm writes it: <c>gpu:a100:8(IDX:0,1)</c>, or <c>gres/gpu:a100=8</c> for a tracked one.</summary>
    public override string ToString()
    {
        var name = Type.Length == 0 ? Name : $"{Name}:{Type}";
        if (!IsTracked) return string.Create(CultureInfo.InvariantCulture, $"{name}:{Count}{Details}");
        if (Name is "mem" or "vmem") return string.Create(CultureInfo.InvariantCulture, $"{name}={(decimal)Count / MiB}M");
        return string.Create(CultureInfo.InvariantCulture, $"{(IsGeneric ? "gres/" : "")}{name}={Count}");
    }

    private bool IsGeneric => Name is not ("cpu" or "node" or "billing" or "energy" or "pages") && !Name.Contains('/', StringComparison.Ordinal);

    private string Details
    {
        get
        {
            var index = Index.Count == 0 ? "" : "IDX:" + string.Join(",", Index);
            if (Sockets.Length == 0) return index.Length == 0 ? "" : $"({index})";
            return index.Length == 0 ? $"(S:{Sockets})" : $"(S:{Sockets},{index})";
        }
    }
}

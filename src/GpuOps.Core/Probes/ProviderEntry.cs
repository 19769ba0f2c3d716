using GpuOps.Pools;

namespace GpuOps.Probes;

/// <summary>What there is to know of a maker of GPUs.</summary>
/// <param name="Provider">The maker.</param>
/// <param name="Detected">Whether a host is searched for its GPUs when nobody says which it has.</param>
/// <param name="Open">Makes its probe; null on a host that has nothing to ask. Does not talk to the driver yet.</param>
/// <param name="Variables">The environment variables that show a command these devices only.</param>
internal sealed record ProviderEntry(
    GpuProvider Provider,
    bool Detected,
    Func<ProbeOptions, TimeProvider, IGpuProbe?> Open,
    Func<IReadOnlyList<string>, Dictionary<string, string>> Variables);

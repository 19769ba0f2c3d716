using System.Collections.Concurrent;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Probes;

/// <summary>
/// The probes of this host. Keep one for the life of the program: a driver is loaded once and kept, and one that hangs
/// is remembered. Safe to use from several threads.
/// </summary>
/// <param name="options">How to look.</param>
/// <param name="timeProvider">The clock of the time limits; null for the system's.</param>
public sealed class ProbeCatalog(ProbeOptions options, TimeProvider? timeProvider = null)
{
    private readonly ConcurrentDictionary<GpuProvider, IGpuProbe> _probes = new();
    private readonly Lock _gate = new();

    /// <summary>The providers there are probes for.</summary>
    public static IReadOnlyList<GpuProvider> Providers { get; } =
        [.. ProviderTable.Entries.Select(entry => entry.Provider).Where(provider => provider != GpuProvider.None)];

    /// <summary>The probe for a provider's GPUs. Does not talk to the driver yet.</summary>
    /// <param name="provider">Whose GPUs to see.</param>
    /// <returns>Always the same probe; null when this host has neither driver nor tool to ask.</returns>
    public IGpuProbe? Open(GpuProvider provider)
    {
        if (_probes.TryGetValue(provider, out var known))
            return known;
        lock (_gate)
        {
            if (_probes.TryGetValue(provider, out known))
                return known;
            var opened = ProviderTable.Find(provider).Open(options, timeProvider ?? TimeProvider.System);
            if (opened is not null)
                _probes[provider] = opened;
            return opened;
        }
    }

    /// <summary>Finds whose GPUs this host has; made-up ones do not count.</summary>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>
    /// The first probe that sees a GPU; else the first whose driver is there but cannot be read, so that reading it
    /// tells why; else null.
    /// </returns>
    public async Task<IGpuProbe?> DetectAsync(CancellationToken cancellationToken)
    {
        IGpuProbe? unreadable = null;
        foreach (var entry in ProviderTable.Entries.Where(entry => entry.Detected))
        {
            if (Open(entry.Provider) is not { } probe)
                continue;
            try
            {
                if ((await probe.ReadAsync(cancellationToken)).Count > 0)
                    return probe;
            }
            catch (GpuOpsException)
            {
                unreadable ??= probe;
            }
        }

        return unreadable;
    }
}

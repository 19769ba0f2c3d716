using GpuOps.Errors;
using GpuOps.Probes;

namespace GpuOps.Pools.Sessions;

/// <summary>Decides which GPUs a host brings into a pool.</summary>
internal static class LayoutPlan
{
    /// <summary>
    /// GPUs as a probe sees them. A GPU the pool knows by its uuid keeps its number; a new one takes the lowest number
    /// that is free, first of all that of a GPU that is gone. Numbers have no gaps: a GPU that is gone and has others
    /// above it stays, and is shown as unknown until another takes its place.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="provider">Who makes the GPUs.</param>
    /// <param name="seen">What the probe sees.</param>
    /// <param name="known">The host's GPUs in the pool until now.</param>
    public static PoolLayout FromProbe(string host, GpuProvider provider, IReadOnlyList<GpuTelemetry> seen, IReadOnlyList<PoolGpu> known)
    {
        var numbers = known.Where(gpu => gpu.Uuid.Length > 0).DistinctBy(gpu => gpu.Uuid).ToDictionary(gpu => gpu.Uuid, gpu => gpu.Id);
        var placed = seen.Where(gpu => numbers.ContainsKey(gpu.Uuid)).DistinctBy(gpu => gpu.Uuid).ToDictionary(gpu => numbers[gpu.Uuid]);
        foreach (var gpu in seen.Except(placed.Values).ToArray())
        {
            placed.Add(Enumerable.Range(0, int.MaxValue).First(id => !placed.ContainsKey(id)), gpu);
        }

        var gone = known.Where(gpu => !placed.ContainsKey(gpu.Id)).ToDictionary(gpu => gpu.Id);
        return new PoolLayout(host, [.. Enumerable.Range(0, placed.Count == 0 ? 0 : placed.Keys.Max() + 1).Select(id => placed.TryGetValue(id, out var gpu)
            ? new PoolGpu
            {
                Host = host,
                Id = id,
                Device = gpu.Device,
                Uuid = gpu.Uuid,
                Model = gpu.Model,
                MemoryTotal = gpu.MemoryTotal ?? 0,
                Provider = provider,
            }
            : gone[id] with { DisabledReason = null, DisabledBy = null, DisabledSince = null, InUseBy = null })]);
    }

    /// <summary>GPUs that no probe sees: a count, and nothing known of them.</summary>
    public static PoolLayout FromCount(string host, GpuProvider provider, int count) =>
        new(host, [.. Enumerable.Range(0, count).Select(id => new PoolGpu
        {
            Host = host,
            Id = id,
            Device = id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Provider = provider,
        })]);

    /// <summary>Takes the first GPUs of those a probe sees.</summary>
    public static IReadOnlyList<GpuTelemetry> First(IReadOnlyList<GpuTelemetry> seen, int? count, string host) =>
        count is not { } wanted ? seen
        : wanted <= seen.Count ? [.. seen.Take(wanted)]
        : throw new GpuOpsException("TooManyGpus", GpuOpsErrorKind.InvalidArgument,
            $"The driver of '{host}' shows {seen.Count} GPUs, not {wanted}. Leave out -Count to take all of them.", wanted);
}

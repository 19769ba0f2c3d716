using GpuOps.Pools;

namespace GpuOps.Probes;

/// <summary>Brings together what a pool knows of its GPUs and what a probe sees of them.</summary>
public static class GpuObserver
{
    /// <summary>Finds the telemetry of each GPU of a pool.</summary>
    /// <param name="gpus">One host's GPUs as the pool knows them.</param>
    /// <param name="telemetry">What the probe saw on that host.</param>
    /// <returns>The telemetry by the GPU's number in the pool; a GPU the probe does not see is not in it.</returns>
    /// <remarks>
    /// The uuid decides. Only where one side has none does the device: a driver counts anew when a GPU falls off the
    /// bus, so the same device with another uuid is another GPU.
    /// </remarks>
    public static IReadOnlyDictionary<int, GpuTelemetry> Match(IEnumerable<PoolGpu> gpus, IReadOnlyList<GpuTelemetry> telemetry)
    {
        ArgumentNullException.ThrowIfNull(gpus);
        ArgumentNullException.ThrowIfNull(telemetry);
        var byUuid = new Dictionary<string, GpuTelemetry>(StringComparer.OrdinalIgnoreCase);
        var byDevice = new Dictionary<string, GpuTelemetry>(StringComparer.OrdinalIgnoreCase);
        foreach (var seen in telemetry)
        {
            if (seen.Uuid.Length > 0)
                byUuid.TryAdd(seen.Uuid, seen);
            byDevice.TryAdd(seen.Device, seen);
        }

        var matches = new Dictionary<int, GpuTelemetry>();
        foreach (var gpu in gpus)
        {
            if (gpu.Uuid.Length > 0 && byUuid.TryGetValue(gpu.Uuid, out var seen)
                || byDevice.TryGetValue(gpu.Device, out seen) && (gpu.Uuid.Length == 0 || seen.Uuid.Length == 0))
            {
                matches[gpu.Id] = seen;
            }
        }

        return matches;
    }

    /// <summary>Tells which GPUs are used by somebody who has not reserved them.</summary>
    /// <param name="gpus">One host's GPUs as the pool knows them.</param>
    /// <param name="telemetry">What the probe saw on that host.</param>
    /// <param name="memoryThreshold">Memory in bytes up to which a GPU without a compute process counts as free.</param>
    /// <param name="reserved">The numbers of the GPUs that are reserved; what runs there is their holders' business.</param>
    /// <returns>
    /// The GPUs in use. One that cannot be read, or that the probe should see and does not, is in use by
    /// <see cref="GpuObservation.SeveralUsers"/>: it must not be handed out.
    /// </returns>
    public static GpuObservation Observe(
        IReadOnlyCollection<PoolGpu> gpus,
        IReadOnlyList<GpuTelemetry> telemetry,
        long memoryThreshold,
        IReadOnlySet<int> reserved)
    {
        ArgumentNullException.ThrowIfNull(gpus);
        ArgumentNullException.ThrowIfNull(reserved);
        var matches = Match(gpus, telemetry);
        var inUse = new Dictionary<int, string>();
        foreach (var gpu in gpus)
        {
            if (!reserved.Contains(gpu.Id) && UserOf(gpu, matches.GetValueOrDefault(gpu.Id), memoryThreshold) is { } user)
                inUse[gpu.Id] = user;
        }

        return new(inUse);
    }

    private static string? UserOf(PoolGpu gpu, GpuTelemetry? seen, long memoryThreshold) => seen switch
    {
        // Without a uuid the GPU is a plain count that no probe ever saw.
        null => gpu.Uuid.Length > 0 ? GpuObservation.SeveralUsers : null,
        { Fault: not null } => GpuObservation.SeveralUsers,
        { Processes.Count: > 0 } => OwnerOf(seen.Processes),
        _ => seen.MemoryUsed > memoryThreshold ? GpuObservation.SeveralUsers : null,
    };

    private static string OwnerOf(IReadOnlyList<GpuProcess> processes)
    {
        var user = processes[0].User;
        return user.Length > 0 && processes.All(process => process.User == user) ? user : GpuObservation.SeveralUsers;
    }
}

using GpuOps.Probes;

namespace GpuOps.Pools.Status;

/// <summary>Puts together what a pool knows and what a probe sees.</summary>
public static class StatusView
{
    /// <summary>One status a GPU, in the pool's order.</summary>
    /// <param name="snapshot">What the pool knows.</param>
    /// <param name="telemetry">What the probe of one of its hosts sees; null without a probe.</param>
    /// <param name="memoryThreshold">The memory in bytes above which a GPU without a reservation counts as in use.</param>
    /// <param name="backend">The backend's name.</param>
    public static IReadOnlyList<GpuStatus> Merge(PoolSnapshot snapshot, HostTelemetry? telemetry, long memoryThreshold, string backend)
    {
        var held = snapshot.Reservations
            .SelectMany(reservation => reservation.GpuId.Select(id => (Key: (reservation.ComputerName, id), Reservation: reservation)))
            .ToLookup(pair => pair.Key, pair => pair.Reservation);
        PoolGpu[] probed = telemetry is null ? [] : [.. snapshot.Gpus.Where(gpu => gpu.Host == telemetry.Host)];
        var reserved = probed.Select(gpu => gpu.Id).Where(id => held.Contains((telemetry!.Host, id))).ToHashSet();
        var inUse = telemetry is null ? null : GpuObserver.Observe(probed, telemetry.Gpus, memoryThreshold, reserved).InUse;
        var seen = telemetry is null ? null : GpuObserver.Match(probed, telemetry.Gpus);
        return [.. snapshot.Gpus.Select(gpu =>
        {
            var own = telemetry is not null && gpu.Host == telemetry.Host;
            var sight = own ? seen!.GetValueOrDefault(gpu.Id) : null;
            var fault = own && gpu.Uuid.Length > 0 ? sight is null ? telemetry!.Fault ?? "The driver does not show this GPU any more." : sight.Fault : null;
            var user = own ? inUse!.GetValueOrDefault(gpu.Id) : gpu.InUseBy;
            return Status(gpu, [.. held[(gpu.Host, gpu.Id)]], sight, user, fault) with { Backend = backend };
        })];
    }

    private static GpuStatus Status(PoolGpu gpu, GpuReservation[] held, GpuTelemetry? seen, string? inUseBy, string? fault)
    {
        var first = held.FirstOrDefault();
        var state = gpu.DisabledReason is not null ? GpuState.Disabled
            : fault is not null ? GpuState.Unknown
            : first is not null ? GpuState.Reserved
            : inUseBy is not null ? GpuState.Unreserved
            : GpuState.Available;
        var processes = seen?.Processes ?? [];
        return new GpuStatus
        {
            ComputerName = gpu.Host,
            Id = gpu.Id,
            Uuid = gpu.Uuid,
            Model = gpu.Model,
            Provider = gpu.Provider,
            State = state,
            Users = first is not null ? [.. held.Select(it => it.User).Distinct()]
                : state == GpuState.Unreserved ? Squatters(processes, inUseBy!) : [],
            Kind = first?.Kind,
            Note = gpu.DisabledReason ?? fault ?? string.Join("; ", held.Select(it => it.Note).Where(note => note.Length > 0)),
            ReservationId = first?.Id,
            Reservations = held,
            Share = held.Sum(it => it.Share),
            Since = first?.Since ?? gpu.DisabledSince,
            LastHeartbeat = first?.LastHeartbeat,
            Expires = first?.Expires,
            MemoryUsed = seen?.MemoryUsed,
            MemoryTotal = seen?.MemoryTotal ?? (gpu.MemoryTotal > 0 ? gpu.MemoryTotal : null),
            Utilization = seen?.Utilization,
            Temperature = seen?.Temperature,
            Power = seen?.Power,
            Processes = processes,
        };
    }

    private static string[] Squatters(IReadOnlyList<GpuProcess> processes, string inUseBy)
    {
        string[] owners = [.. processes.Select(process => process.User).Where(user => user.Length > 0).Distinct()];
        return owners.Length > 0 ? owners : inUseBy == GpuObservation.SeveralUsers ? [] : [inUseBy];
    }
}

using GpuOps.Probes;

namespace GpuOps.Pools;

/// <summary>One GPU: what the pool says of it, and what the probe sees.</summary>
public sealed record GpuStatus
{
    /// <summary>The host it is in.</summary>
    public required string ComputerName { get; init; }

    /// <summary>Its number in the pool.</summary>
    public required int Id { get; init; }

    /// <summary>The driver's name that stays the same over reboots; empty without telemetry.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The product name; empty without telemetry.</summary>
    public string Model { get; init; } = "";

    /// <summary>Who makes it.</summary>
    public GpuProvider Provider { get; init; }

    /// <summary>What it is doing.</summary>
    public GpuState State { get; init; }

    /// <summary>
    /// Who holds it, or uses it without a reservation: several when it is shared, none when nobody does. PowerShell also
    /// shows them as <c>User</c>: one name, or a list of several.
    /// </summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>What keeps the reservation alive; null when not reserved.</summary>
    public ReservationKind? Kind { get; init; }

    /// <summary>The reservation's note, or why the GPU is out of service or unknown.</summary>
    public string Note { get; init; } = "";

    /// <summary>The first reservation's id; null when not reserved.</summary>
    public string? ReservationId { get; init; }

    /// <summary>Every reservation on it: one, or several that share it.</summary>
    public IReadOnlyList<GpuReservation> Reservations { get; init; } = [];

    /// <summary>The part of it that is held, 0 to 1.</summary>
    public decimal Share { get; init; }

    /// <summary>Since when it is in this state, where known (local time).</summary>
    public DateTime? Since { get; init; }

    /// <summary>The holder's last heartbeat (local time).</summary>
    public DateTime? LastHeartbeat { get; init; }

    /// <summary>When the reservation ends unless a heartbeat comes before (local time).</summary>
    public DateTime? Expires { get; init; }

    /// <summary>Memory in use in bytes; null without telemetry.</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>Memory in bytes; null when not known.</summary>
    public long? MemoryTotal { get; init; }

    /// <summary>How busy it is, 0 to 100; null without telemetry.</summary>
    public int? Utilization { get; init; }

    /// <summary>Degrees Celsius; null without telemetry.</summary>
    public int? Temperature { get; init; }

    /// <summary>Watts; null without telemetry.</summary>
    public double? Power { get; init; }

    /// <summary>The compute processes on it, with their owners.</summary>
    public IReadOnlyList<GpuProcess> Processes { get; init; } = [];

    /// <summary>The backend it was read from.</summary>
    public string Backend { get; init; } = "";
}

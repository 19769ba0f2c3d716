namespace GpuOps.Pools;

/// <summary>GPU hours of one user, GPU or day.</summary>
public sealed record GpuUsage
{
    /// <summary>The user; empty when grouped by something else.</summary>
    public string User { get; init; } = "";

    /// <summary>The host and GPU, as <c>host/0</c>; empty when grouped by something else.</summary>
    public string Gpu { get; init; } = "";

    /// <summary>The day (local midnight); null when grouped by something else.</summary>
    public DateTime? Day { get; init; }

    /// <summary>GPU hours: a half share of a GPU for two hours counts one. Running reservations count until now.</summary>
    public double GpuHours { get; init; }

    /// <summary>How many reservations.</summary>
    public int Reservations { get; init; }

    /// <summary>How many of them still run.</summary>
    public int Running { get; init; }

    /// <summary>When the first of them began, inside the time looked at (local time).</summary>
    public DateTime? From { get; init; }

    /// <summary>When the last of them ended, or now (local time).</summary>
    public DateTime? To { get; init; }
}

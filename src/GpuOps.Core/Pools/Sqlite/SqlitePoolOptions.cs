namespace GpuOps.Pools.Sqlite;

/// <summary>How to open a pool in a SQLite file.</summary>
/// <param name="Path">The file, as an absolute path. It is made, readable by its owner alone, when a pool is initialised.</param>
public sealed record SqlitePoolOptions(string Path)
{
    /// <summary>How long finished reservations are kept for usage reports.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How long to wait for another process that is writing.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

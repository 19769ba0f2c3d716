namespace GpuOps.Configuration;

/// <summary>
/// The settings, typed. They are made from the <see cref="SettingCatalog"/>, which has their defaults, bounds and
/// meaning; start from <see cref="Default"/> and change what differs.
/// </summary>
public sealed record GpuOpsSettings
{
    private GpuOpsSettings()
    {
    }

    /// <summary>Nothing set.</summary>
    public static GpuOpsSettings Default { get; } = SettingCatalog.All.Aggregate(
        new GpuOpsSettings(),
        static (settings, row) => row.Default is { } text ? row.Apply(settings, row.Type.Parse(text, NoPaths)) : settings);

    /// <summary>The backend's name or URI.</summary>
    public string Backend { get; init; } = "";

    /// <summary>How often a holder writes a heartbeat.</summary>
    public TimeSpan HeartbeatInterval { get; init; }

    /// <summary>How long after its last heartbeat a reservation ends.</summary>
    public TimeSpan HeartbeatExpiry { get; init; }

    /// <summary>The memory in bytes from which a GPU counts as in use.</summary>
    public long MemoryThreshold { get; init; }

    /// <summary>How long the usage history is kept.</summary>
    public TimeSpan UsageRetention { get; init; }

    /// <summary>How long a command has between the first signal and the kill.</summary>
    public TimeSpan CommandGrace { get; init; }

    /// <summary>How long the GPU driver may take to answer.</summary>
    public TimeSpan ProbeTimeLimit { get; init; }

    /// <summary>The file that pretended GPUs are read from; null asks the real driver.</summary>
    public string? ProbeFake { get; init; }

    /// <summary>How often somebody in line looks whether a notification was missed.</summary>
    public TimeSpan QueuePollInterval { get; init; }

    /// <summary>The SSH profile that is meant where none is named; null for none.</summary>
    public string? SshProfile { get; init; }

    // Defaults are never paths, which would depend on where one is.
    private static SettingContext NoPaths => new(
        new ConfigurationEnvironment
        {
            Variables = new Dictionary<string, string>(),
            CurrentFolder = null,
            UserConfigFolder = null,
            MachineConfigFolder = null,
            UserStateFolder = null,
            HostName = "",
        },
        "/");
}

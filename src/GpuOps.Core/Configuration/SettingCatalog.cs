using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>
/// The one table of settings. A new setting is one row here and one property of <see cref="GpuOpsSettings"/>; files,
/// variables, parameters, help and completion follow from the row.
/// </summary>
public static class SettingCatalog
{
    /// <summary>Every setting, in the order it is shown.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("backend", SettingType.Backend, BackendName.Local,
            "The backend, by name or URI, of commands that name none.",
            static (s, v) => s with { Backend = (string)v }),
        new("heartbeat.interval", SettingType.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)), "15s",
            "How often a session tells the pool that it still holds its GPUs.",
            static (s, v) => s with { HeartbeatInterval = (TimeSpan)v }),
        new("heartbeat.expiry", SettingType.Duration(TimeSpan.FromMilliseconds(300), TimeSpan.FromDays(7)), "5m",
            "How long after its last heartbeat a reservation ends; at least three intervals.",
            static (s, v) => s with { HeartbeatExpiry = (TimeSpan)v }),
        new("memoryThreshold", SettingType.Size(1L << 20, 1L << 50), "1GB",
            "The memory in use from which an unreserved GPU counts as taken.",
            static (s, v) => s with { MemoryThreshold = (long)v }) { AllowedInProject = false },
        new("usage.retention", SettingType.Duration(TimeSpan.FromDays(1), TimeSpan.FromDays(36500)), "365d",
            "How long the pool keeps who used what.",
            static (s, v) => s with { UsageRetention = (TimeSpan)v }) { AllowedInProject = false },
        new("command.grace", SettingType.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), "10s",
            "How long a command whose time is up may take to end before it is killed.",
            static (s, v) => s with { CommandGrace = (TimeSpan)v }),
        new("probe.timeLimit", SettingType.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), "5s",
            "How long the GPU driver may take to answer before its GPUs are shown without telemetry.",
            static (s, v) => s with { ProbeTimeLimit = (TimeSpan)v }),
        new("probe.fake", SettingType.Path, null,
            "A file of pretended GPUs that is read in place of the driver, for tests and trials.",
            static (s, v) => s with { ProbeFake = (string)v }) { AllowedInProject = false },
        new("queue.pollInterval", SettingType.Duration(TimeSpan.FromMilliseconds(50), TimeSpan.FromHours(1)), "5s",
            "How often somebody in line looks whether a notification was missed.",
            static (s, v) => s with { QueuePollInterval = (TimeSpan)v }),
        new("ssh.profile", SettingType.SshProfile, null,
            "The SSH profile that is meant where a host is needed and none is named, as in slurm://.",
            static (s, v) => s with { SshProfile = (string)v }) { AllowedInProject = false },
    ];

    /// <summary>What must hold between settings.</summary>
    public static IReadOnlyList<SettingRule> Rules { get; } =
    [
        new(["heartbeat.expiry", "heartbeat.interval"],
            "heartbeat.expiry must be at least three times heartbeat.interval, else one late heartbeat loses the GPUs",
            static s => s.HeartbeatExpiry >= 3 * s.HeartbeatInterval),
    ];

    /// <summary>Finds a setting by its key.</summary>
    /// <param name="key">The key; upper and lower case differ, as in the file.</param>
    /// <exception cref="GpuOpsException"><c>UnknownSetting</c>: there is none; the message names the nearest.</exception>
    public static Setting Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return All.FirstOrDefault(row => row.Key == key) ?? throw new GpuOpsException(
            "UnknownSetting",
            GpuOpsErrorKind.NotFound,
            $"There is no setting '{Excerpt.Of(key)}'.{NearestName.Hint(key, All.Select(static row => row.Key))}",
            key);
    }
}

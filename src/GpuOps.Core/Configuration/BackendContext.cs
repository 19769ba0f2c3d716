using GpuOps.Channels.Ssh;

namespace GpuOps.Configuration;

/// <summary>What a provider gets beside its definition.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Environment">The world around.</param>
/// <param name="Time">The clock.</param>
public sealed record BackendContext(GpuOpsSettings Settings, ConfigurationEnvironment Environment, TimeProvider Time)
{
    /// <summary>How hosts are reached over SSH.</summary>
    public SshRoutes Ssh { get; init; } = SshRoutes.WithoutProfiles();

    /// <summary>Who answers what a connection asks.</summary>
    public SshDialog Dialog { get; init; } = new();
}

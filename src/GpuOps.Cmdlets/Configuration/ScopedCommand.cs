using System.Management.Automation;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Configuration;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>A cmdlet that writes to one of the configuration files.</summary>
public abstract class ScopedCommand : GpuOpsCmdlet
{
    /// <summary>The file to write: the user's, the machine's, or <c>gpuops.yaml</c> in the current folder.</summary>
    [Parameter]
    public ConfigurationScope Scope { get; set; } = ConfigurationScope.User;

    private protected ConfigurationStore Store() => new(Seen());

    private protected SshProfileStore Profiles() => new(Store(), Seen());

    private ConfigurationEnvironment Seen() => ConfigurationEnvironment.FromProcess(SessionState.Path.CurrentFileSystemLocation.ProviderPath);
}

using System.Management.Automation;
using GpuOps.Configuration;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>The configuration as a cmdlet sees it: read anew for each command, from the folder the user is in.</summary>
internal static class ConfiguredBackend
{
    public static GpuOpsConfiguration Load(PSCmdlet cmdlet) =>
        GpuOpsConfiguration.Load(ConfigurationEnvironment.FromProcess(cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath));

    public static (BackendDefinition Definition, BackendContext Context) Resolve(PSCmdlet cmdlet, string? nameOrUri)
    {
        var configuration = Load(cmdlet);
        return (configuration.ResolveBackend(nameOrUri), new BackendContext(configuration.Settings, configuration.Environment, TimeProvider.System));
    }
}

using System.Management.Automation;
using GpuOps.Cmdlets.Module;
using GpuOps.Configuration;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>The configuration as a cmdlet sees it: read anew for each command, from the folder the user is in.</summary>
internal static class ConfiguredBackend
{
    public static GpuOpsConfiguration Load(PSCmdlet cmdlet) =>
        GpuOpsConfiguration.Load(ConfigurationEnvironment.FromProcess(cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath));

    /// <summary>The backend that a cmdlet talks to.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="nameOrUri">What its user named, if anything.</param>
    /// <param name="provider">Whose backend is meant when nothing is named; null for the default's.</param>
    public static (BackendDefinition Definition, BackendContext Context) Resolve(PSCmdlet cmdlet, string? nameOrUri, string? provider = null)
    {
        var configuration = Load(cmdlet);
        var name = string.IsNullOrEmpty(nameOrUri) && provider is not null ? configuration.ChooseBackend(provider) : nameOrUri;
        return (configuration.ResolveBackend(name), configuration.Context(EngineState.Current.Questioner.Dialog));
    }

    /// <summary>The scheduler that a cmdlet talks to; it does not connect.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="nameOrUri">What its user named, if anything.</param>
    public static IJobScheduler OpenScheduler(PSCmdlet cmdlet, string? nameOrUri)
    {
        var configuration = Load(cmdlet);
        return EngineState.Current.Host.OpenScheduler(
            configuration.ResolveBackend(string.IsNullOrEmpty(nameOrUri) ? configuration.ChooseScheduler() : nameOrUri),
            configuration.Context(EngineState.Current.Questioner.Dialog));
    }
}

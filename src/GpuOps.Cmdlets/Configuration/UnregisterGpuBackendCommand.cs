using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>Takes a backend's name away. The backend itself is not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "GpuBackend", SupportsShouldProcess = true)]
public sealed class UnregisterGpuBackendCommand : ScopedCommand
{
    /// <summary>The names.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BackendCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        var store = Store();
        foreach (var name in Name)
        {
            if (ShouldProcess(store.FileOf(Scope), $"unregister the backend '{name}'"))
            {
                Unregister(store, name);
            }
        }
    }

    private void Unregister(ConfigurationStore store, string name)
    {
        try
        {
            Run(token => store.UnregisterAsync(name, Scope, token));
        }
        catch (GpuOpsException unknown) when (unknown.Kind == GpuOpsErrorKind.NotFound)
        {
            WriteFault(unknown, name);
        }
    }
}

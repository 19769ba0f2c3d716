using System.Management.Automation;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pools;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>Tries a backend step by step and says which step fails and why.</summary>
[Cmdlet(VerbsDiagnostic.Test, "GpuBackend")]
[OutputType(typeof(BackendCheck), typeof(bool))]
public sealed class TestGpuBackendCommand : PoolCmdlet
{
    /// <summary>The backend, by name or URI; the configured default when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Binding.BackendCompleter))]
    public string? Name { get; set; }

    /// <summary>Only says whether every step worked.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        try
        {
            Test();
        }
        catch (GpuOpsException) when (Quiet)
        {
            WriteObject(false);
        }
    }

    private void Test()
    {
        var (definition, context) = ConfiguredBackend.Resolve(this, Name ?? Backend);
        var succeeded = Run(async (post, token) =>
        {
            var all = true;
            await foreach (var check in EngineState.Current.Host.TestAsync(definition, context, token))
            {
                all &= check.Succeeded;
                if (!Quiet)
                {
                    post(cmdlet => cmdlet.WriteObject(check));
                }
            }

            return all;
        });
        if (Quiet)
        {
            WriteObject(succeeded);
        }
    }
}

using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>Shows the named backends.</summary>
[Cmdlet(VerbsCommon.Get, "GpuBackend")]
[OutputType(typeof(GpuBackend))]
public sealed class GetGpuBackendCommand : GpuOpsCmdlet
{
    /// <summary>Only these; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        var backends = ConfiguredBackend.Load(this).Backends;
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            GpuBackend[] found = [.. backends.Where(backend => pattern.IsMatch(backend.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteFault(new GpuOpsException("UnknownBackend", GpuOpsErrorKind.NotFound,
                    $"There is no backend named '{name}'. Get-GpuBackend lists those there are; Register-GpuBackend adds one.", name), name);
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}

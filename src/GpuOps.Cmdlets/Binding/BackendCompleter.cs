using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the named backends.</summary>
public sealed class BackendCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        Configuration().Backends.Select(backend => (backend.Name, backend.Uri));
}

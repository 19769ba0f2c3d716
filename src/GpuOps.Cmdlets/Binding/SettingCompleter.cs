using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the settings.</summary>
public sealed class SettingCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        Configuration().Values.Select(value => (value.Key, value.Description));
}

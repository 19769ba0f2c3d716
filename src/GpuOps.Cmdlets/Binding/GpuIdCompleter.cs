using System.Collections;
using System.Globalization;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the pool's GPUs.</summary>
public sealed class GpuIdCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        ReadPool(bound).Gpus
            .DistinctBy(gpu => gpu.Id)
            .OrderBy(gpu => gpu.Id)
            .Select(gpu => (gpu.Id.ToString(CultureInfo.InvariantCulture), gpu.Model.Length > 0 ? gpu.Model : $"GPU {gpu.Id}"));
}

using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the hosts that have GPUs in the pool.</summary>
public sealed class ComputerNameCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        ReadPool(bound).Gpus.CountBy(gpu => gpu.Host).Select(host => (host.Key, $"{host.Value} GPUs"));
}

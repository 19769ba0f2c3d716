using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers usual amounts of a GPU's memory; without offers PowerShell would complete to names of files.</summary>
public sealed class ByteSizeCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        [("4GB", "4 GB of one GPU"), ("8GB", "8 GB of one GPU"), ("16GB", "16 GB of one GPU"), ("24GB", "24 GB of one GPU"), ("40GB", "40 GB of one GPU")];
}

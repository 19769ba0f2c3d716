using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers usual durations; without offers PowerShell would complete to names of files.</summary>
public sealed class DurationCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        [("30m", "30 minutes"), ("1h", "1 hour"), ("8h", "8 hours"), ("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days")];
}

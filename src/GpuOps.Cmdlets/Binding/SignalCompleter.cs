using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the signals that jobs are usually sent.</summary>
public sealed class SignalCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
    [
        ("INT", "as Ctrl+C"),
        ("TERM", "asks it to end"),
        ("KILL", "ends it at once"),
        ("USR1", "often: write a checkpoint"),
        ("USR2", "whatever the program makes of it"),
        ("HUP", "often: read the configuration again"),
        ("STOP", "stops its processes"),
        ("CONT", "lets stopped processes go on"),
    ];
}

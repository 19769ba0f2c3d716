using System.Globalization;

namespace GpuOps.Probes.Amd;

/// <summary>One GPU as AMD's tools describe it, before processes have owners and the runtime a name for it.</summary>
internal sealed record AmdGpu(int Index)
{
    public string Model { get; init; } = "";

    /// <summary>The tool's own identification, unique also where <see cref="UniqueId"/> is not; may be empty.</summary>
    public string ToolUuid { get; init; } = "";

    /// <summary>ROCm's name for it, <c>GPU-</c> and 16 hexadecimal digits; empty when the board has none.</summary>
    public string UniqueId { get; init; } = "";

    /// <summary>The index the ROCm runtime gives it, which need not be the tool's.</summary>
    public int? RuntimeIndex { get; init; }

    /// <summary>Its id in the kernel's compute driver (KFD).</summary>
    public uint? KfdId { get; init; }

    public long? MemoryTotal { get; init; }

    public long? MemoryUsed { get; init; }

    public int? Utilization { get; init; }

    public int? Temperature { get; init; }

    public double? Power { get; init; }

    /// <summary>What the tool says runs on it; null when it does not say.</summary>
    public IReadOnlyList<AmdProcess>? Processes { get; init; }

    /// <summary>ROCm's name from a unique id or serial number in hexadecimal.</summary>
    public static string UniqueIdFrom(string serial)
    {
        var digits = serial.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? serial.AsSpan(2) : serial;
        return ulong.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id) && id is not (0 or ulong.MaxValue)
            ? $"GPU-{id:x16}"
            : "";
    }
}

namespace GpuOps.Probes;

/// <summary>How this host's GPUs are looked at.</summary>
/// <param name="TimeLimit">How long one look may take before the driver counts as hanging.</param>
/// <param name="FakePath">The JSON file that describes the made-up GPUs; null for idle ones.</param>
/// <param name="FakeCount">How many idle GPUs are made up when there is no file.</param>
/// <param name="NvmlPath">NVIDIA's management library; null for the one the system finds.</param>
/// <param name="ToolPath">The folders to look for nvidia-smi, amd-smi and rocm-smi in, like <c>PATH</c>; null for <c>PATH</c>.</param>
public sealed record ProbeOptions(
    TimeSpan TimeLimit,
    string? FakePath = null,
    int FakeCount = 4,
    string? NvmlPath = null,
    string? ToolPath = null)
{
    /// <summary>Five seconds: longer than a healthy driver without persistence mode takes to wake its GPUs.</summary>
    public static TimeSpan DefaultTimeLimit { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Five seconds, and what the system finds.</summary>
    public static ProbeOptions Default { get; } = new(DefaultTimeLimit);
}

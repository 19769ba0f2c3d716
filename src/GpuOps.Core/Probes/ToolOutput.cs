namespace GpuOps.Probes;

/// <summary>What a vendor's tool printed.</summary>
internal sealed record ToolOutput(int ExitCode, string Output, string Error);

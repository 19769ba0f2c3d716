namespace GpuOps.Configuration;

/// <summary>A <c>GPUOPS_*</c> variable that means nothing: worth a warning, it is likely a slip.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Nearest">The known variable it resembles, or null.</param>
public sealed record UnknownVariable(string Name, string? Nearest);

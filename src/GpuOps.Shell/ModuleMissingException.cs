namespace GpuOps.Shell;

/// <summary>The GpuOps module is not where this program expects it.</summary>
internal sealed class ModuleMissingException(string message) : Exception(message);

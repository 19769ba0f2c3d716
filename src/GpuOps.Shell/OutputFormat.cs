namespace GpuOps.Shell;

/// <summary>How output objects are printed.</summary>
internal enum OutputFormat
{
    /// <summary>PowerShell's views.</summary>
    Text,

    /// <summary>One compact JSON value a line.</summary>
    Json,
}

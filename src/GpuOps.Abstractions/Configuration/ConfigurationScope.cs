namespace GpuOps.Configuration;

/// <summary>The files that can be written.</summary>
public enum ConfigurationScope
{
    /// <summary>The user's file.</summary>
    User,

    /// <summary>The machine's file; mostly for administrators.</summary>
    Machine,

    /// <summary><c>gpuops.yaml</c> in the current folder.</summary>
    Project,
}

namespace GpuOps.Configuration;

/// <summary>The layers a value can come from, weakest first.</summary>
public enum ConfigurationSource
{
    /// <summary>Built in.</summary>
    Default,

    /// <summary>The machine's file, <c>/etc/gpuops/config.yaml</c>.</summary>
    Machine,

    /// <summary>The user's file, <c>~/.config/gpuops/config.yaml</c>.</summary>
    User,

    /// <summary>The project's file, <c>gpuops.yaml</c> in the current folder. It is not trusted with passwords.</summary>
    Project,

    /// <summary>A <c>GPUOPS_*</c> environment variable.</summary>
    Environment,

    /// <summary>A parameter of the command.</summary>
    Parameter,
}

namespace GpuOps.Shell;

/// <summary>What the command line asks for.</summary>
internal enum ShellRequest
{
    Interactive,
    Script,
    File,
    StandardInput,
    Help,
    Version,
}

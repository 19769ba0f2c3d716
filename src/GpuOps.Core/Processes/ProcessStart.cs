using Microsoft.Win32.SafeHandles;

namespace GpuOps.Processes;

/// <summary>A process to be started: its own session and group, default signals, and no descriptor but its three streams.</summary>
/// <param name="Program">The program's path.</param>
/// <param name="Arguments">All its arguments, its own name first.</param>
/// <param name="Variables">All its environment.</param>
/// <param name="Folder">The folder it runs in.</param>
/// <param name="Input">Its standard input.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ProcessStart(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Variables,
    string Folder,
    SafeFileHandle Input,
    SafeFileHandle Output,
    SafeFileHandle Error);

using System.Management.Automation;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A user's script as it is now.</summary>
internal static class SubmittedScript
{
    /// <summary>Reads it.</summary>
    /// <param name="cmdlet">Whose location a relative path is relative to.</param>
    /// <param name="path">The path as PowerShell writes it.</param>
    /// <exception cref="GpuOpsException"><c>ScriptUnreadable</c>.</exception>
    public static ReadOnlyMemory<byte> Read(PSCmdlet cmdlet, string path)
    {
        var file = cmdlet.GetUnresolvedProviderPathFromPSPath(path);
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("ScriptUnreadable", GpuOpsErrorKind.NotFound, $"The script '{file}' cannot be read: {fault.Message}", path, fault);
        }
    }
}

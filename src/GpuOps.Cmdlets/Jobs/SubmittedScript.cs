using System.Management.Automation;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A user's file as it is now: a script, or what comes with one.</summary>
internal static class SubmittedScript
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads text, and refuses what is no UTF-8.</summary>
    /// <param name="file">The file.</param>
    public static string ReadText(string file) => File.ReadAllText(file, Strict);

    /// <summary>Reads a script.</summary>
    /// <param name="cmdlet">Whose location a relative path is relative to.</param>
    /// <param name="path">The path as PowerShell writes it.</param>
    /// <exception cref="GpuOpsException"><c>ScriptUnreadable</c>.</exception>
    public static ReadOnlyMemory<byte> Read(PSCmdlet cmdlet, string path) => Read(cmdlet, path, "ScriptUnreadable", "script", File.ReadAllBytes);

    /// <summary>Reads a file.</summary>
    /// <param name="cmdlet">Whose location a relative path is relative to.</param>
    /// <param name="path">The path as PowerShell writes it.</param>
    /// <param name="error">The id of the error.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="GpuOpsException">It cannot be read.</exception>
    public static T Read<T>(PSCmdlet cmdlet, string path, string error, string what, Func<string, T> read)
    {
        var file = cmdlet.GetUnresolvedProviderPathFromPSPath(path);
        try
        {
            return read(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new GpuOpsException(error, GpuOpsErrorKind.NotFound, $"The {what} '{file}' cannot be read: {fault.Message}", path, fault);
        }
    }
}

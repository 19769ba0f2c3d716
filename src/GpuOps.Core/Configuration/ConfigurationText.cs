using System.Text;
using GpuOps.Errors;

namespace GpuOps.Configuration;

/// <summary>Reads configuration files as they are on disk.</summary>
internal static class ConfigurationText
{
    /// <summary>The largest file that is read, in bytes; nobody writes this much by hand.</summary>
    public const int Largest = 256 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's text without a byte order mark, or null when there is no file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="GpuOpsException"><c>InvalidConfiguration</c> or <c>UnreadableConfiguration</c>.</exception>
    public static string? Read(string path)
    {
        if (ReadBytes(path) is not { } bytes) return null;
        try
        {
            return Decode(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new GpuOpsException("InvalidConfiguration", GpuOpsErrorKind.InvalidData, $"{path} is not UTF-8 text. Save it as UTF-8.", path, e);
        }
    }

    /// <summary>The file's content, or null when there is no file.</summary>
    /// <param name="path">The file.</param>
    public static byte[]? ReadBytes(string path)
    {
        try
        {
            var file = new FileInfo(path);
            // Pipes and devices have no length; opening one could wait for ever.
            if (!file.Exists) return Directory.Exists(path) ? throw Unreadable(path, "it is a folder", null) : null;
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            if (!file.Exists) return null;
            if (file.Length == 0) return [];
            if (file.Length > Largest)
            {
                throw new GpuOpsException(
                    "InvalidConfiguration", GpuOpsErrorKind.InvalidData, $"{path} has {file.Length} bytes; more than {Largest} are not read.", path);
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Text from bytes; a byte order mark is left out.</summary>
    /// <exception cref="DecoderFallbackException">The bytes are not UTF-8.</exception>
    public static string Decode(byte[] bytes) =>
        Strict.GetString(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes);

    private static GpuOpsException Unreadable(string path, string why, Exception? inner) =>
        new("UnreadableConfiguration", GpuOpsErrorKind.NotAllowed, $"{path} cannot be read: {why}.", path, inner);
}

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace GpuOps.Processes;

/// <summary>Text that a program can be given: as an argument, in its environment, as a path.</summary>
internal static class ProgramText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether it is such text. A zero ends a string for the system, half a surrogate pair has no bytes, and null is none.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValid([NotNullWhen(true)] string? text)
    {
        try
        {
            return text is not null && !text.Contains('\0', StringComparison.Ordinal) && Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Whether it can be the name of a variable.</summary>
    /// <param name="name">The name.</param>
    public static bool IsVariableName([NotNullWhen(true)] string? name) => name is { Length: > 0 } && !name.Contains('=', StringComparison.Ordinal) && IsValid(name);
}

using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>What text must be like to reach a job as it is, and the errors for what is not.</summary>
internal static class SlurmText
{
    /// <summary>UTF-8 that refuses what is no Unicode, where others would put in U+FFFD.</summary>
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses what no argument or variable of a program can be.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="text">The text.</param>
    public static void RequireText(string what, string text)
    {
        if (text is null)
            throw Wrong("InvalidSlurmValue", $"{what} is null. Leave it out, or use an empty text.", what);
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Wrong("InvalidSlurmValue", $"{what} has a NUL character in '{Excerpt.Of(text)}', which no program can be given. Take it out.", text);
        try
        {
            Encoding.GetByteCount(text);
        }
        catch (EncoderFallbackException fault)
        {
            throw Wrong("InvalidSlurmValue", $"{what}, '{Excerpt.Of(text)}', has half of a character (a lone surrogate) in it. Take it out.", text, fault);
        }
    }

    /// <summary>Refuses what is not one line with something on it.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="text">The text.</param>
    public static void RequireLine(string what, string text)
    {
        RequireText(what, text);
        if (string.IsNullOrWhiteSpace(text))
            throw Wrong("InvalidSlurmValue", $"{what} is empty. Leave it out, or give a value.", text);
        if (text.AsSpan().ContainsAny('\n', '\r'))
            throw Wrong("InvalidSlurmValue", $"{what} has a line break in '{Excerpt.Of(text)}'. Write it in one line.", text);
    }

    /// <summary>Refuses what is not one line, or would be taken for an option.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="text">The text.</param>
    public static void RequireName(string what, string text)
    {
        RequireLine(what, text);
        if (text[0] == '-')
            throw Wrong("InvalidSlurmValue", $"{what} '{Excerpt.Of(text)}' begins with a dash and would be taken for an option. Write a path as ./-name.", text);
    }

    /// <summary>The error for a value that cannot be right.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="message">What was wrong, with the value, and what to do.</param>
    /// <param name="target">The value.</param>
    /// <param name="fault">What found it.</param>
    public static GpuOpsException Wrong(string id, string message, object? target, Exception? fault = null) =>
        new(id, GpuOpsErrorKind.InvalidArgument, message, target, fault);
}

using System.Security.Cryptography;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// What separates the fields of one query's answer. Names, comments and paths of jobs may hold any character, newlines
/// too, so that no fixed one is safe; a random word that nobody knew when the jobs were submitted is. Every field ends
/// with it, the last one also, and a record is a fixed number of fields and a newline: a newline anywhere else is text.
/// </summary>
public sealed class SlurmFraming
{
    private const int LeastLength = 8;

    // Long enough that nobody guesses it; it is printed 32 times for each job.
    private const int Length = 10;

    /// <summary>Makes a framing.</summary>
    /// <param name="token">A word that no text can contain: at least 8 letters and digits, random for each query.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmToken</c>: too short, or with other characters.</exception>
    public SlurmFraming(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length < LeastLength || !token.All(char.IsAsciiLetterOrDigit))
        {
            throw new GpuOpsException(
                "InvalidSlurmToken",
                GpuOpsErrorKind.InvalidArgument,
                $"'{Excerpt.Of(token)}' cannot separate fields: it needs at least {LeastLength} letters and digits, and nothing else.",
                token);
        }

        Delimiter = $"~{token}~";
    }

    /// <summary>What each field ends with. It holds no comma, which would end a field's format, and begins with no digit, which would be a width.</summary>
    public string Delimiter { get; }

    /// <summary>A framing with a random word.</summary>
    public static SlurmFraming Random() => new(RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", Length));
}

using System.Buffers;
using System.Text;

namespace GpuOps.Channels;

/// <summary>Writes words so that a POSIX shell reads back exactly them. The one place where that is done.</summary>
public static class PosixShell
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+");

    /// <summary>Whether a shell can have a variable of that name.</summary>
    /// <param name="name">The name.</param>
    public static bool IsVariableName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
    }

    /// <summary>One word. What needs no quotes gets none, so that a person can read it.</summary>
    /// <param name="word">Any text without NUL.</param>
    /// <exception cref="ArgumentException">It contains NUL, which no argument of a program can.</exception>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (word.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("An argument of a program cannot contain a NUL character.", nameof(word));
        return word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>
    /// One word of a bash script somebody else wrote. Where it stands by itself, also in backticks, bash reads back exactly
    /// it; where there are quotes around it, or it stands in a comment or a here-document, it looks odd, but nothing of it is
    /// run, and no quote ends by it. It is one line.
    /// </summary>
    /// <param name="word">Any text without NUL.</param>
    /// <exception cref="ArgumentException">It contains NUL, which no argument of a program can.</exception>
    public static string Defuse(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (word.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A word of a script cannot contain a NUL character.", nameof(word));
        return word.Length == 0 ? "''" : string.Concat(word.Select(Defuse));
    }

    // Backslashes mean the same before and after any quote that opens or closes; quotes do not. Before these characters
    // backticks and double quotes take them away. The two quotes of $'' leave those around them as they were.
    private static string Defuse(char c) => Plain.Contains(c) || !char.IsAscii(c) ? $"{c}"
        : char.IsControl(c) || c is '$' or '`' or '\\' or '"' or '\'' ? $"$'\\{Octal((byte)c)}'"
        : $"\\{c}";

    private static string Octal(byte value) => Convert.ToString(value, 8).PadLeft(3, '0');

    /// <summary>A command of several words.</summary>
    /// <param name="words">The program and its arguments.</param>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>Bytes so that <c>printf %b</c> writes exactly them, in one line of ASCII; a shell still has to be given it with <see cref="Quote"/>.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var line = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            if (b is >= (byte)' ' and < 127 and not (byte)'\\')
                line.Append((char)b);
            else
                line.Append("\\0").Append(Octal(b));
        }

        return line.ToString();
    }
}

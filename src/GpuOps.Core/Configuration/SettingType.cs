using System.Globalization;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>A kind of value: how it is read from text and written back.</summary>
/// <param name="Name">The kind in one word, for help.</param>
/// <param name="Parse">Reads a value; fails with an <c>Invalid…</c> <see cref="GpuOpsException"/> that shows it.</param>
/// <param name="Format">Writes a value so that it is read back the same.</param>
public sealed record SettingType(string Name, Func<string, SettingContext, object> Parse, Func<object, string> Format)
{
    /// <summary>Any text of one line that is not empty.</summary>
    public static SettingType Text { get; } = new("text", static (text, _) => Line(text), static value => (string)value);

    /// <summary>A file's path. Relative ones are relative to the file that names them; <c>~/</c> is the home folder.</summary>
    public static SettingType Path { get; } = new(
        "path",
        static (text, context) => context.Environment.ResolvePath(Line(text), context.Folder),
        static value => (string)value);

    /// <summary>The name or the URI of a backend. Whether the name exists is seen when it is used.</summary>
    public static SettingType Backend { get; } = new(
        "backend",
        static (text, _) => BackendName.IsValid(text) ? text : BackendUri.Parse(text).Text,
        static value => (string)value);

    /// <summary>The name of an SSH profile. Whether there is one is seen when it is used.</summary>
    public static SettingType SshProfile { get; } = new("profile", static (text, _) => SshProfileName.Check(text), static value => (string)value);

    /// <summary>A length of time within bounds.</summary>
    /// <param name="least">The shortest allowed.</param>
    /// <param name="most">The longest allowed.</param>
    public static SettingType Duration(TimeSpan least, TimeSpan most) => new(
        "duration",
        (text, _) => Within(Values.Duration.Parse(text, allowZero: true), least, most, Values.Duration.Format),
        static value => Values.Duration.Format((TimeSpan)value));

    /// <summary>An amount of memory within bounds, in bytes.</summary>
    /// <param name="least">The least allowed.</param>
    /// <param name="most">The most allowed.</param>
    public static SettingType Size(long least, long most) => new(
        "size",
        (text, _) => Within(ByteSize.Parse(text, allowZero: true), least, most, ByteSize.Format),
        static value => ByteSize.Format((long)value));

    /// <summary>A whole number within bounds.</summary>
    /// <param name="least">The least allowed.</param>
    /// <param name="most">The most allowed.</param>
    public static SettingType Number(int least, int most) => new(
        "number",
        (text, _) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Within(number, least, most, static value => value.ToString(CultureInfo.InvariantCulture))
            : throw Invalid($"'{Excerpt.Of(text)}' is not a whole number", text),
        static value => ((int)value).ToString(CultureInfo.InvariantCulture));

    /// <summary>One of some words, in upper or lower case.</summary>
    /// <typeparam name="T">The words.</typeparam>
    public static SettingType OneOf<T>()
        where T : struct, Enum => new(
        "word",
        static (text, _) => Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw Invalid($"'{Excerpt.Of(text)}' is none of {string.Join(", ", Enum.GetNames<T>())}", text),
        static value => (string)value);

    private static object Within<T>(T value, T least, T most, Func<T, string> format)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0) return value;
        throw Invalid($"{format(value)} is out of range: it must be from {format(least)} to {format(most)}", value);
    }

    private static string Line(string text) =>
        text.Length > 0 && !text.Any(char.IsControl) && text == text.Trim()
            ? text
            : throw Invalid($"'{Excerpt.Of(text)}' must be one line of text, not empty, without space at either end", text);

    private static GpuOpsException Invalid(string problem, object target) =>
        new("InvalidSetting", GpuOpsErrorKind.InvalidArgument, problem + ".", target);
}

using System.Text;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers;

/// <summary>
/// Reads <c>.env</c> files: a line <c>NAME=VALUE</c> for each variable, with <c>export</c> before it or not, empty lines and
/// comments behind <c>#</c>. Nothing is put in for <c>$NAME</c>.
/// </summary>
/// <remarks>
/// A value without quotes ends with the line, or before a <c>#</c> that follows a blank. In single quotes everything stands
/// for itself; in double quotes <c>\n \r \t \" \\ \$</c> mean what they mean in C, and other backslashes themselves. In quotes a value may
/// have several lines.
/// </remarks>
public sealed class EnvFile
{
    private readonly string _text;
    private readonly string _path;
    private int _at;

    private EnvFile(string text, string path) => (_text, _path) = (text, path);

    private char Next => _at < _text.Length ? _text[_at] : '\n';

    private bool IsOver => _at >= _text.Length;

    /// <summary>Reads one.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="path">What it is called in errors.</param>
    /// <returns>The variables in the file's order; one that comes again is what it was last.</returns>
    /// <exception cref="GpuOpsException"><c>EnvFileInvalid</c>, with the line's number. Values are not in the message.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text, string path)
    {
        ArgumentNullException.ThrowIfNull(text);
        var file = new EnvFile(text.TrimStart('\uFEFF').ReplaceLineEndings("\n"), path);
        Dictionary<string, string> variables = [];
        while (!file.IsOver)
            file.ReadLine(variables);
        return variables;
    }

    private void ReadLine(Dictionary<string, string> variables)
    {
        SkipBlanks();
        if (Next is not ('\n' or '#'))
        {
            var name = ReadName();
            variables[name] = ReadValue(name);
            SkipBlanks();
        }

        if (Next == '#')
            _at = EndOfLine();
        if (Next != '\n')
            throw Wrong("there is something behind the closing quote; put the whole value into the quotes", _at);
        _at++;
    }

    private string ReadName()
    {
        var (start, equals, end) = (_at, _text.IndexOf('=', _at), EndOfLine());
        if (equals < 0 || equals > end)
            throw Wrong("there is no '='; write NAME=VALUE, and # before a comment", start);
        var name = _text[start..equals].Trim();
        if (name.StartsWith("export", StringComparison.Ordinal) && name.Length > 6 && IsBlank(name[6]))
            name = name[6..].TrimStart();
        if (!PosixShell.IsVariableName(name))
            throw Wrong($"'{Excerpt.Of(name)}' cannot be the name of a variable; it has letters, digits and '_', and no digit first", start);
        _at = equals + 1;
        SkipBlanks();
        return name;
    }

    private string ReadValue(string name)
    {
        var value = Next is '"' or '\'' ? ReadQuoted(name) : ReadPlain();
        return value.Contains('\0', StringComparison.Ordinal) ? throw Wrong($"the value of {name} has a NUL character, which no program can be given", _at) : value;
    }

    private string ReadPlain()
    {
        var (start, end) = (_at, EndOfLine());
        while (_at < end && !(Next == '#' && (_at == start || IsBlank(_text[_at - 1]))))
            _at++;
        return _text[start.._at].TrimEnd(' ', '\t');
    }

    private string ReadQuoted(string name)
    {
        var (start, quote) = (_at, _text[_at++]);
        var value = new StringBuilder();
        for (; !IsOver; _at++)
        {
            if (Next == quote)
            {
                _at++;
                return value.ToString();
            }

            value.Append(quote == '"' && Next == '\\' && _at + 1 < _text.Length && Meaning(_text[_at + 1]) is { } meant ? Skip(meant) : Next);
        }

        throw Wrong($"the value of {name} begins with {quote}, which is never closed", start);
    }

    private char Skip(char meant)
    {
        _at++;
        return meant;
    }

    private static char? Meaning(char escaped) => escaped switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '"' or '\\' or '$' => escaped,
        _ => null,
    };

    private int EndOfLine() => _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;

    private void SkipBlanks()
    {
        while (!IsOver && IsBlank(Next))
            _at++;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private GpuOpsException Wrong(string what, int at) => new(
        "EnvFileInvalid", GpuOpsErrorKind.InvalidArgument, $"'{_path}', line {_text.AsSpan(0, Math.Min(at, _text.Length)).Count('\n') + 1}: {what}.", _path);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Channels.Ssh;

/// <summary>
/// How a command travels over SSH. A login shell may be bash, csh or fish and may print whatever it likes, so it is
/// given a fixed line that means the same to all of them; the command itself follows as the first line of standard
/// input, where neither a login shell nor the host's process list sees it, and nothing limits its length. It runs only
/// when that line has arrived whole: until then a broken connection is sure to have run nothing. A random mark then
/// tells what the login shell printed from what the command prints, and how the command ended.
/// </summary>
internal sealed class RemoteScript
{
    private const char Started = '+', NoProgram = '?', NoFolder = '/', Ended = '=', EndOfNumber = ';';

    /// <summary>What the login shell is given. <c>printf %b</c> undoes the escapes of <see cref="PosixShell.Escape"/>.</summary>
    public const string Line = $"exec /bin/sh -c '{Read}'";

    /// <summary>The same, for a connection that does not say by itself when the shell waits for the command.</summary>
    public const string TellingLine = $"exec /bin/sh -c 'printf %s {Ready}; {Read}'";

    /// <summary>What <see cref="TellingLine"/> prints first.</summary>
    public const string Ready = "gpuops-ready:";

    private const string Read = "IFS= read -r gpuops_line && eval \"$(printf %b \"$gpuops_line\")\"";

    private readonly byte[] _mark = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
    private readonly ChannelCommand _command;
    private readonly string _host;

    /// <summary>Writes a command down.</summary>
    /// <param name="command">The command.</param>
    /// <param name="environment">Variables that every command of this host gets; the command's own win over them.</param>
    /// <param name="host">What errors call the host.</param>
    public RemoteScript(ChannelCommand command, IReadOnlyDictionary<string, string> environment, string host)
    {
        _command = command;
        _host = host;
        Input = [.. Encoding.ASCII.GetBytes(PosixShell.Escape(Encoding.UTF8.GetBytes(Text(environment.Concat(command.Environment))))), (byte)'\n', .. command.Input.Span];
    }

    /// <summary>What to send to standard input.</summary>
    public byte[] Input { get; }

    /// <summary>Whether the command reads what follows its own line, so that it has to be told where that ends.</summary>
    public bool HasInput => !_command.Input.IsEmpty;

    /// <summary>What is run, for messages.</summary>
    public string Program => _command.Arguments[0];

    /// <summary>The id of the process group that the command runs in; null until it is told.</summary>
    /// <param name="output">What came from standard output so far.</param>
    public int? ProcessId(ReadOnlySpan<byte> output) => After(output) is { } at ? Number(output[at..], Started)?.Value : null;

    /// <summary>Reads standard output while the command runs; null to collect it.</summary>
    public Func<Stream, CancellationToken, Task>? OutputReader => _command.OutputReader;

    /// <summary>Where the command's own output begins, behind its process id; null until that is told.</summary>
    /// <param name="output">What came from standard output so far.</param>
    public int? BeginOf(ReadOnlySpan<byte> output) => After(output) is { } at && Number(output[at..], Started) is { } id ? at + id.Length : null;

    /// <summary>What the command itself left.</summary>
    /// <param name="exitCode">The exit code that the server told; null when it told none.</param>
    /// <param name="output">All of standard output.</param>
    /// <param name="error">All of standard error.</param>
    /// <returns>Null when nobody knows how it ended.</returns>
    /// <exception cref="GpuOpsException">It did not start.</exception>
    public CommandResult? Result(int? exitCode, byte[] output, byte[] error)
    {
        if (After(output) is not { } at || at == output.Length)
            return exitCode is null ? null : throw ChannelErrors.LoginShell(_host, Encoding.UTF8.GetString([.. output, .. error]).Trim());
        if (output[at] is (byte)NoFolder)
            throw ChannelErrors.FolderNotFound(_command.Folder!, _host);
        if (output[at] is (byte)NoProgram)
            throw ChannelErrors.CommandNotFound(Program, _host);
        var said = error[(After(error) ?? 0)..];
        if (said.AsSpan().LastIndexOf(_mark) is >= 0 and var end && Number(said.AsSpan(end + _mark.Length), Ended) is { } code)
            (exitCode, said) = (code.Value, [.. said[..end], .. said[(end + _mark.Length + code.Length)..]]);
        return exitCode is { } known ? new CommandResult(known, output[(BeginOf(output) ?? output.Length)..], said) : null;
    }

    private static (int Value, int Length)? Number(ReadOnlySpan<byte> text, char sign) =>
        text.Length > 0 && text[0] == sign && text.IndexOf((byte)EndOfNumber) is > 1 and var length
            && int.TryParse(text[1..length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, length + 1)
            : null;

    private int? After(ReadOnlySpan<byte> stream) => stream.IndexOf(_mark) is >= 0 and var at ? at + _mark.Length : null;

    private string Text(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var mark = Encoding.ASCII.GetString(_mark);
        var text = new StringBuilder("unset gpuops_line\n");
        if (_command.Folder is { } folder)
        {
            // Relative to home, and never the "-" that means the folder before.
            var quoted = PosixShell.Quote(folder.StartsWith('/') ? folder : "./" + folder);
            text.Append(CultureInfo.InvariantCulture, $"cd -- {quoted} >/dev/null 2>&1 || {{ printf %s {mark}{NoFolder}; exit 1; }}\n");
        }

        foreach (var (name, value) in environment)
            text.Append(CultureInfo.InvariantCulture, $"export {VariableName(name)}={PosixShell.Quote(value)}\n");
        text.Append(CultureInfo.InvariantCulture, $"command -v {PosixShell.Quote(Program)} >/dev/null 2>&1 || {{ printf %s '{mark}{NoProgram}'; exit 127; }}\n");
        // This shell outlives the signals that the command's group gets, and keeps what it thinks of them to itself.
        text.Append(CultureInfo.InvariantCulture, $"printf '%s%s;' {mark}{Started} $$; printf %s {mark} >&2; exec 3>&2 2>/dev/null; trap : HUP INT QUIT TERM\n");
        text.Append(CultureInfo.InvariantCulture, $"(exec {PosixShell.Join(_command.Arguments)} {(HasInput ? "" : "</dev/null ")}2>&3 3>&-)\n");
        return text.Append(CultureInfo.InvariantCulture, $"gpuops_code=$?; printf '%s%s;' {mark}{Ended} \"$gpuops_code\" >&3; exit \"$gpuops_code\"").ToString();
    }

    private static string VariableName(string name) =>
        PosixShell.IsVariableName(name) ? name
            : throw new GpuOpsException("VariableNameInvalid", GpuOpsErrorKind.InvalidArgument, $"'{name}' cannot be the name of a variable: use letters, digits and _.", name);
}

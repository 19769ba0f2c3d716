using System.Globalization;

namespace GpuOps.Channels.Ssh;

/// <summary>Files of the far end, by programs that every system has: where commands run, this works, with SFTP or without.</summary>
/// <param name="channel">The way there.</param>
internal sealed class RemoteFiles(ICommandChannel channel)
{
    private const int NoFile = 44, NoAccess = 45;

    private const string ReadScript = """
        [ -e "$1" ] || exit 44
        [ -f "$1" ] && [ -r "$1" ] || exit 45
        tail -c "+$2" -- "$1" | head -c "$3"
        """;

    // GNU and busybox know -c, BSD and macOS -f.
    private const string StatScript = """
        [ -e "$1" ] && [ ! -d "$1" ] || exit 44
        stat -L -c '%s %i %Y' -- "$1" 2>/dev/null || stat -L -f '%z %i %m' -- "$1"
        """;

    // A connection that is cut looks like the end of the input, so the length is compared before the file gets its name.
    private const string WriteScript = """
        umask 077
        trap 'rm -f -- "$2"' EXIT
        trap 'exit 1' HUP INT TERM
        cat > "$2" || exit 1
        [ "$(wc -c < "$2")" -eq "$3" ] || exit 1
        chmod "$4" "$2" && mv -f -- "$2" "$1"
        """;

    public async Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken)
    {
        var result = await ShellAsync(ReadScript, [path, Number(offset + 1), Number(atMost)], default, cancellationToken);
        return result.ExitCode switch
        {
            0 => result.Output,
            NoFile => throw ChannelErrors.FileNotFound(path, channel.Description),
            NoAccess => throw ChannelErrors.FileNotReadable(path, channel.Description, "it is no file, or you may not read it."),
            _ => throw ChannelErrors.FileNotReadable(path, channel.Description, result.ErrorText.Trim()),
        };
    }

    public async Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken)
    {
        var result = await ShellAsync(StatScript, [path], default, cancellationToken);
        if (result.ExitCode == NoFile)
            return null;
        return result.ExitCode == 0 && result.OutputText.Split(' ') is [var length, var identity, var modified]
            ? new ChannelFile(Parse(length), unchecked((long)ulong.Parse(identity, CultureInfo.InvariantCulture)), DateTimeOffset.FromUnixTimeSeconds(Parse(modified)))
            : throw ChannelErrors.FileNotReadable(path, channel.Description, $"'stat' answers: {result.OutputText}{result.ErrorText}".Trim());
    }

    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var result = await ShellAsync(WriteScript, [path, draft, Number(content.Length), isProgram ? "700" : "600"], content, cancellationToken);
        if (result.ExitCode != 0)
            throw ChannelErrors.FileNotWritten(path, channel.Description, result.Error.Length > 0 ? result.ErrorText.Trim() : "it did not arrive whole.");
    }

    // A path that begins with a dash would be taken for an option by the programs that know no "--".
    private Task<CommandResult> ShellAsync(string script, string[] arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        channel.RunAsync(new ChannelCommand(["/bin/sh", "-c", script, "sh", .. arguments.Select(text => text.StartsWith('-') ? "./" + text : text)]) { Input = input }, cancellationToken);

    private static long Parse(string text) => long.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

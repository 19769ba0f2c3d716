using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GpuOps.Channels.Files;

/// <summary>
/// Looks at many growing files with one command. Each is opened once, and which file it is, how long it is and what is in
/// it are asked of the open file, so that the three belong together whatever becomes of its name meanwhile.
/// </summary>
/// <param name="channel">The way to the host where they are.</param>
internal sealed class FileLooks(ICommandChannel channel)
{
    // A file whose stamp is the same as at the last look is not read: one process more for each is what a quiet file costs.
    private const string LookScript = """
        mark=$1; shift; export LC_ALL=C
        newline='
        '
        part() {
            set -- "$@" $(stat -L -c '%i %s %Y %y' /dev/stdin)
            [ $# -ge 8 ] || exit 1
            stamp=$6:$7:${10-}:$8
            if [ "$2" != 0 ] && [ "$2" != "$6" ]; then printf '%s;other\n' "$mark"; exit 1; fi
            [ "$5" = "$stamp" ] || [ "$7" -le "$3" ] || tail -c "+$(($3 + 1))" | head -c "$4"
            printf '%s;%s %s %s %s\n' "$mark" "$1" "$6" "$7" "$stamp"
        }
        while [ $# -gt 0 ]; do
            if [ -f "$1" ] && [ -r "$1" ] && (part here "$3" "$4" "$5" "$6") < "$1"; then :
            elif [ "$3" != 0 ] && at=$(find -H "$2" -maxdepth 1 -type f -inum "$3" 2>/dev/null) && [ -n "$at" ] \
                && (part moved "$3" "$4" "$5" "$6") < "${at%%"$newline"*}"; then :
            elif [ -e "$1" ] && { [ ! -f "$1" ] || [ ! -r "$1" ]; }; then printf '%s;denied\n' "$mark"
            else printf '%s;none\n' "$mark"
            fi
            shift 6
        done
        """;

    private const string SiblingScript = """
        find -H "$1" -maxdepth 1 -type f \( -name "$2" -printf '%T@ %i 1\n' -o -name "$2[.-][0-9]*" ! -name '*[a-z]' -printf '%T@ %i 0\n' \)
        """;

    /// <summary>Looks at files, in the order given.</summary>
    /// <param name="looks">What to look at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.GpuOpsException">What the channel says, or <c>FileNotReadable</c>.</exception>
    public async Task<IReadOnlyList<FileSight>> LookAsync(IReadOnlyList<FileLook> looks, CancellationToken cancellationToken)
    {
        var mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        string[] wanted = [.. looks.SelectMany(static look => (string[])
            [Plain(look.Path), FolderOf(look.Path), look.Identity.Length > 0 ? look.Identity : "0", Number(look.Start), Number(look.Count), look.Stamp])];
        var result = await ShellAsync(LookScript, [mark, .. wanted], cancellationToken);
        var sights = Read(result.Output, Encoding.ASCII.GetBytes(mark));
        return result.ExitCode == 0 && sights.Count == looks.Count
            ? sights
            : throw ChannelErrors.FileNotReadable(looks[0].Path, channel.Description, $"{result.ErrorText} (exit code {result.ExitCode})".Trim());
    }

    /// <summary>Finds a file and what was set aside of it: <c>x.out.1</c> and <c>x.out-20260102</c> of <c>x.out</c>, but not <c>x.out.2.gz</c>.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>None where the host's <c>find</c> cannot tell.</returns>
    public async Task<IReadOnlyList<FileSibling>> SiblingsAsync(string path, CancellationToken cancellationToken)
    {
        var name = Literal(path[(path.LastIndexOf('/') + 1)..]);
        var result = await ShellAsync(SiblingScript, [FolderOf(path), name], cancellationToken);
        return [.. result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')).Where(static words => words.Length == 3)
            .Select(static words => new FileSibling(words[1], double.Parse(words[0], CultureInfo.InvariantCulture), words[2] == "1"))];
    }

    /// <summary>Takes apart what the script printed: for each file its bytes, and what they are behind the mark.</summary>
    private static List<FileSight> Read(ReadOnlyMemory<byte> output, ReadOnlySpan<byte> mark)
    {
        List<FileSight> sights = [];
        var isOther = false;
        while (output.Span.IndexOf(mark) is >= 0 and var at && output.Span[at..].IndexOf((byte)'\n') is > 0 and var length)
        {
            var words = Encoding.ASCII.GetString(output.Span[(at + mark.Length + 1)..(at + length)]).Split(' ');
            if (words is [var place, var identity, var size, var stamp])
                sights.Add(new FileSight(place == "here" ? FileFinding.Here : FileFinding.Elsewhere, identity, long.Parse(size, CultureInfo.InvariantCulture), stamp, isOther, output[..at]));
            else if (words is not ["other"])
                sights.Add(new FileSight(words is ["denied"] ? FileFinding.Denied : FileFinding.None, "", 0, "", isOther, default));
            isOther = words is ["other"];
            output = output[(at + length + 1)..];
        }

        return sights;
    }

    private Task<CommandResult> ShellAsync(string script, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        channel.RunAsync(new ChannelCommand(["/bin/sh", "-c", script, "sh", .. arguments]), cancellationToken);

    // A path that begins with a dash would be taken for an option.
    private static string Plain(string path) => path.StartsWith('-') ? "./" + path : path;

    private static string FolderOf(string path) => path.LastIndexOf('/') switch
    {
        < 0 => ".",
        0 => "/",
        var end => Plain(path[..end]),
    };

    private static string Literal(string name)
    {
        var pattern = new StringBuilder();
        foreach (var c in name)
            pattern.Append(c is '*' or '?' or '[' or ']' or '\\' ? $"\\{c}" : c);
        return pattern.ToString();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

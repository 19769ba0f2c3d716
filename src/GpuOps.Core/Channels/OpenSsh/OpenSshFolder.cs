using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace GpuOps.Channels.OpenSsh;

/// <summary>The private folder of a master: its socket, and how its questions reach us.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class OpenSshFolder
{
    /// <summary>A socket's path has at most 104 to 108 bytes, of which ssh wants 17 for itself while it makes one.</summary>
    private const int LongestSocket = 104 - 17;

    // Its stderr is that of ssh, also of those for the hosts on the way. The answer comes by a pipe with a name, so no
    // argument, variable or file ever has it.
    private const string Asker = """
        #!/bin/sh
        umask 077
        cd "${0%/*}" || exit 1
        printf '%s\n%s' "$SSH_ASKPASS_PROMPT" "$1" > "question.$$"
        if [ "$SSH_ASKPASS_PROMPT" = none ]; then
            printf '\nMARK %s\n' "$$" >&2
            exit 0
        fi
        mkfifo "answer.$$" || exit 1
        exec 3<>"answer.$$"
        printf '\nMARK %s\n' "$$" >&2
        IFS= read -r kind <&3
        [ "$kind" = answer ] && head -n 1 <&3
        code=$?
        rm -f "question.$$" "answer.$$"
        exit $code
        """;

    /// <summary>Makes one that nobody else can enter.</summary>
    public OpenSshFolder()
    {
        Path = Directory.CreateTempSubdirectory("gpuops-ssh-").FullName;
        if (System.Text.Encoding.UTF8.GetByteCount(Socket) > LongestSocket)
        {
            Directory.Delete(Path);
            Path = Directory.CreateDirectory($"/tmp/gpuops-ssh-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        }

        Mark = $"gpuops-ask-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        Write(AskProgram, Asker.Replace("MARK", Mark, StringComparison.Ordinal), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>The socket of the master.</summary>
    public string Socket => System.IO.Path.Combine(Path, "s");

    /// <summary>The program that ssh runs to ask something.</summary>
    public string AskProgram => System.IO.Path.Combine(Path, "ask");

    /// <summary>The configuration for a way through other hosts.</summary>
    public string ConfigurationFile => System.IO.Path.Combine(Path, "config");

    /// <summary>What a question begins with on ssh's stderr; a host's own words cannot contain it.</summary>
    public string Mark { get; }

    /// <summary>Writes the configuration.</summary>
    /// <param name="text">The text.</param>
    public void WriteConfiguration(string text) => Write(ConfigurationFile, text, UnixFileMode.UserRead);

    /// <summary>Reads a question: what kind it is, and the text.</summary>
    /// <param name="number">Its number.</param>
    public (string Kind, string Text) ReadQuestion(string number)
    {
        var text = File.ReadAllText(System.IO.Path.Combine(Path, $"question.{number}"));
        var at = text.IndexOf('\n', StringComparison.Ordinal);
        return (text[..at], text[(at + 1)..]);
    }

    /// <summary>Answers a question.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="answer">The answer; null for none.</param>
    public void Answer(string number, string? answer)
    {
        // Open for both: who asked may be gone, and a pipe without a reader cannot be opened for writing alone.
        using var pipe = new FileStream(System.IO.Path.Combine(Path, $"answer.{number}"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        pipe.Write(System.Text.Encoding.UTF8.GetBytes(answer is null ? "none\n" : $"answer\n{answer}\n"));
    }

    /// <summary>Removes it, where the master did not by itself. Never throws.</summary>
    public void Delete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is gone already, or the system's business by now.
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}

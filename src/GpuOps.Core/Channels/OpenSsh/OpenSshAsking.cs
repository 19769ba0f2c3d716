using System.Collections.Concurrent;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using GpuOps.Channels.Ssh;

namespace GpuOps.Channels.OpenSsh;

/// <summary>Hands what ssh asks to whoever answers.</summary>
/// <param name="folder">How questions come and answers go.</param>
/// <param name="way">The hosts; who a question is of, ssh seldom tells.</param>
/// <param name="dialog">Who answers.</param>
/// <param name="over">Set when the connection is over, and its questions with it.</param>
[UnsupportedOSPlatform("windows")]
internal sealed partial class OpenSshAsking(OpenSshFolder folder, OpenSshWay way, SshDialog dialog, CancellationToken over)
{
    private const string Told = "none", Confirm = "confirm";

    private readonly ConcurrentDictionary<string, bool> _unanswered = [];
    private volatile Exception? _fault;

    /// <summary>What went wrong in a dialog; it is the reason why the connection fails.</summary>
    public Exception? Fault => _fault;

    /// <summary>Takes a line of ssh's stderr that is a question; the answer follows by itself.</summary>
    /// <returns>False when the line is none.</returns>
    public bool TryHear(string line)
    {
        if (!line.StartsWith(folder.Mark, StringComparison.Ordinal))
            return false;
        _ = Task.Run(() => AnswerAsync(line[folder.Mark.Length..].Trim()), CancellationToken.None);
        return true;
    }

    private async Task AnswerAsync(string number)
    {
        try
        {
            var (kind, text) = folder.ReadQuestion(number);
            if (kind == Told)
            {
                dialog.Tell?.Invoke(new SshPrompt(way.End.Description, text, IsSecret: false));
                return;
            }

            string? answer = null;
            try
            {
                answer = await AnswerAsync(kind, text);
            }
            catch (Exception fault)
            {
                _fault ??= fault;
            }

            folder.Answer(number, answer);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The folder is gone, and ssh with it.
        }
    }

    private async Task<string?> AnswerAsync(string kind, string text)
    {
        // Who gave up is asked nothing more, whatever else ssh wants to know.
        if (Fault is not null)
            return null;
        if (HostKeyQuestion().Match(text) is { Success: true } key)
        {
            var unknown = new UnknownHostKey(key.Groups["host"].Value, KeyType(key.Groups["type"].Value), key.Groups["print"].Value, FileOf(key.Groups["host"].Value));
            return dialog.TrustHostKey is { } trust && await trust(unknown, over) ? "yes" : "no";
        }

        // A question that had no answer is not asked again; ssh asks three times.
        if (dialog.Ask is not { } ask || _unanswered.ContainsKey(text))
            return null;
        var answer = await ask(new SshPrompt(way.End.Description, text, IsSecret: kind != Confirm), over);
        if (answer is null)
            _unanswered.TryAdd(text, true);
        return answer;
    }

    /// <summary>Where the key of a host is added: hosts on the way may have files of their own.</summary>
    private string FileOf(string host) =>
        (way.Hops.FirstOrDefault(hop => host == (hop.Port == 22 ? hop.Host : $"[{hop.Host}]:{hop.Port}")) ?? way.End).KnownHostsFile;

    private static string KeyType(string name) => name switch { "ED25519" => "ssh-ed25519", "RSA" => "ssh-rsa", _ => name };

    [GeneratedRegex(@"^The authenticity of host '(?<host>[^ ']+)[^\n]*\n(?<type>\S+) key fingerprint is (?<print>\S+?)\.?\n[\s\S]*\(yes/no", RegexOptions.CultureInvariant)]
    private static partial Regex HostKeyQuestion();
}

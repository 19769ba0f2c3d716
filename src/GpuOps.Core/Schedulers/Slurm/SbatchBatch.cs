using System.Globalization;
using System.Text;
using System.Text.Unicode;
using GpuOps.Channels;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Several jobs for sbatch by one command of the channel: a shell where sbatch is runs it for each of them, a few at a time,
/// and says behind a word that nothing else prints how each went. Over SSH that saves a login for each job. What became of
/// them is told in their order; their ids follow it only where they are sent one after the other.
/// </summary>
internal static class SbatchBatch
{
    private const int AtOnce = 8;

    // Bytes. What is printed in one piece does not mix with what another says.
    private const int LongestAnswer = 3000;

    // A connection that is cut looks like the end of the input: nothing runs before the last line has come.
    private const string Runner = "script=$(cat); case $script in *\"$1\") eval \"$script\";; esac";

    /// <summary>Writes the command.</summary>
    /// <param name="sbatch">How sbatch is called there.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="mark">A word of letters and digits, random for each batch.</param>
    /// <param name="isInOrder">One after the other instead of a few at a time.</param>
    public static ChannelCommand Write(string sbatch, IReadOnlyList<SbatchCommand> jobs, string mark, bool isInOrder = false)
    {
        var end = $"#{mark}";
        var script = new StringBuilder();
        var atOnce = isInOrder ? 1 : AtOnce;
        for (var first = 0; first < Math.Min(atOnce, jobs.Count); first++)
        {
            script.Append("{\n");
            for (var at = first; at < jobs.Count; at += atOnce)
                script.Append(LineOf(sbatch, jobs[at], mark, at));
            script.Append("} &\n");
        }

        script.Append("wait\n").Append(end);
        return new ChannelCommand(["/bin/sh", "-c", Runner, "sh", end]) { Input = Encoding.UTF8.GetBytes(script.ToString()) };
    }

    /// <summary>Reads what the command printed.</summary>
    /// <param name="output">That.</param>
    /// <param name="count">How many jobs it was for.</param>
    /// <param name="mark">The word of the batch.</param>
    /// <returns>For each job how sbatch ended and what it said; null where that is not told.</returns>
    public static CommandResult?[] Read(string output, int count, string mark)
    {
        var results = new CommandResult?[count];
        foreach (var answer in output.Split(mark).Skip(1))
        {
            var line = answer.IndexOf('\n', StringComparison.Ordinal);
            if (line > 0 && answer[..line].Split(' ') is [var index, var code] && Number(index) is { } at && at < count && Number(code) is { } exitCode)
            {
                var said = Encoding.UTF8.GetBytes(answer[(line + 1)..]);
                results[at] = new CommandResult(exitCode, said, said);
            }
        }

        return results;
    }

    // Nothing is set before sbatch but what is meant for it: what it said goes into a variable that nobody has.
    private static string LineOf(string sbatch, SbatchCommand job, string mark, int at)
    {
        var exports = string.Concat(job.Environment.Select(static pair => $"export {pair.Key}={PosixShell.Quote(pair.Value)}; "));
        // Where there is no sbatch nothing is said, which tells it from one whose own end is 127.
        var found = $"command -v {PosixShell.Quote(sbatch)} >/dev/null || exit 127; ";
        var call = $"{PosixShell.Join(job.Arguments.Prepend(sbatch))} 2>&1";
        return string.Create(CultureInfo.InvariantCulture,
            $"_{mark}=$({exports}{found}{Fed(call, job.Script.Span, mark)}); LC_ALL=C printf '%s %s\n%.{LongestAnswer}s\n' {mark}{at} \"$?\" \"$_{mark}\"\n");
    }

    /// <summary>A call with its input: whole lines of text as they are, which takes the shell no further process, and any other bytes through printf.</summary>
    private static string Fed(string call, ReadOnlySpan<byte> input, string mark) =>
        input.EndsWith("\n"u8) && !input.Contains((byte)0) && Utf8.IsValid(input)
            ? $"{call} <<'{mark}'\n{Encoding.UTF8.GetString(input)}{mark}\n"
            : $"printf %b {PosixShell.Quote(PosixShell.Escape(input))} | {call}";

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using System.Globalization;
using System.Text;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// The patterns of <c>sbatch --output</c>: <c>%j %A %a %x %u %N …</c>. squeue 22.05 prints them as they were given, and
/// for the tasks of an array a default name that is not the file's: <c>slurm-8.out</c> where <c>slurm-2_0.out</c> is.
/// </summary>
public static class SlurmLogPath
{
    // What Slurm itself puts in when a job is no task of an array.
    private const long NoTask = 4294967294;

    /// <summary>The file that a pattern means for a job.</summary>
    /// <param name="pattern">The path as Slurm told it.</param>
    /// <param name="job">What the pattern can name.</param>
    /// <returns>The pattern unchanged where a part is not known: tasks in brackets, nodes of a waiting job, what is empty.</returns>
    public static string Expand(string pattern, in SlurmLogNames job)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if ((job.Id.IsTask || job.Id.IsTaskSet) && pattern == $"{job.WorkFolder}/slurm-{job.RawId}.out")
            return $"{job.WorkFolder}/slurm-{job.Id.Base}_{TaskOf(job) ?? "%a"}.out";

        // A backslash switches the patterns off, and is itself left out.
        if (pattern.Contains('\\', StringComparison.Ordinal)) return pattern.Replace("\\", "", StringComparison.Ordinal);
        var names = job;
        return Fill(pattern, letter => ValueOf(letter, names)) ?? pattern;
    }

    /// <summary>Puts in what each pattern means.</summary>
    /// <param name="pattern">The path, without backslashes.</param>
    /// <param name="valueOf">What a pattern's letter means; null where that is not known.</param>
    /// <returns>Null where a pattern is not known.</returns>
    internal static string? Fill(string pattern, Func<char, string?> valueOf)
    {
        var path = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%')
            {
                path.Append(pattern[i]);
                continue;
            }

            var letter = i + 1;
            while (letter < pattern.Length && char.IsAsciiDigit(pattern[letter])) letter++;
            if (letter == pattern.Length || valueOf(pattern[letter]) is not { } value) return null;
            path.Append(Pad(value, pattern.AsSpan(i + 1, letter - i - 1)));
            i = letter;
        }

        return path.ToString();
    }

    private static string? ValueOf(char letter, in SlurmLogNames job) => letter switch
    {
        '%' => "%",
        'j' => Known(job.RawId),
        'A' => job.Id.Base,
        'a' => TaskOf(job),
        'x' => Known(job.Name),
        'u' => Known(job.User),
        'N' => SlurmHostList.Expand(job.Nodes) is [var first, ..] ? first : null,
        'n' or 't' => "0",
        's' => "batch",
        _ => null,
    };

    private static string? Known(string text) => text.Length > 0 ? text : null;

    private static string? TaskOf(in SlurmLogNames job) =>
        job.Id.IsTaskSet ? null : (job.Id.Task ?? NoTask).ToString(CultureInfo.InvariantCulture);

    private static string Pad(string value, ReadOnlySpan<char> width)
    {
        const int Widest = 10;
        return int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && value.All(char.IsAsciiDigit)
            ? value.PadLeft(Math.Min(count, Widest), '0')
            : value;
    }
}

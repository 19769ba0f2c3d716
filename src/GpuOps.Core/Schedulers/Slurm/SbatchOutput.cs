namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads what sbatch prints when it took a job.</summary>
public static class SbatchOutput
{
    private const string Sentence = "Submitted batch job ";

    /// <summary>
    /// The new job's id: the last line that is <c>123</c>, <c>123;cluster</c> (<c>--parsable</c>) or
    /// <c>Submitted batch job 123</c>. Sites wrap sbatch in scripts that print more, before it mostly.
    /// </summary>
    /// <param name="text">What was printed.</param>
    /// <returns>Null when no line is one: whether there is a job is not known then.</returns>
    public static SlurmJobId? ParseJobId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var line in Enumerable.Reverse(text.Split('\n', StringSplitOptions.TrimEntries)))
        {
            if (IdOf(line) is { } id) return id;
        }

        return null;
    }

    private static SlurmJobId? IdOf(string line)
    {
        var text = line;
        if (line.StartsWith(Sentence, StringComparison.Ordinal))
        {
            var words = line[Sentence.Length..].Split(' ');
            text = words is [var number, "on", "cluster", var cluster] ? $"{number};{cluster}" : words.Length == 1 ? words[0] : "";
        }

        return SlurmJobId.TryParse(text, out var id) && id is { IsStep: false, IsTask: false, IsTaskSet: false, Component: null } ? id : null;
    }
}

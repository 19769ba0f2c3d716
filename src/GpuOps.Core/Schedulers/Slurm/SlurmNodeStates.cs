namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads the states of nodes: scontrol's <c>IDLE+DRAIN+POWERED_DOWN</c> and sinfo's <c>idle~</c>, <c>down*</c>.</summary>
public static class SlurmNodeStates
{
    // sinfo(1), NODE STATE CODES.
    private static readonly Dictionary<char, string> Suffixes = new()
    {
        ['*'] = "NOT_RESPONDING",
        ['~'] = "POWERED_DOWN",
        ['#'] = "POWERING_UP",
        ['!'] = "POWER_DOWN",
        ['%'] = "POWERING_DOWN",
        ['$'] = "MAINT",
        ['@'] = "REBOOT_ISSUED",
        ['^'] = "REBOOT",
        ['-'] = "PLANNED",
    };

    /// <summary>The base state and the flags, in capitals.</summary>
    /// <param name="text">What Slurm printed.</param>
    public static IReadOnlyList<string> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var states = new List<string>();
        var flags = new List<string>();
        foreach (var part in text.Split('+', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var end = part.Length;
            while (end > 0 && Suffixes.TryGetValue(part[end - 1], out var flag))
            {
                flags.Add(flag);
                end--;
            }

            if (end > 0) states.Add(part[..end].ToUpperInvariant());
        }

        return [.. states.Concat(flags).Distinct()];
    }
}

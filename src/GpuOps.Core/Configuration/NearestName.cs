namespace GpuOps.Configuration;

/// <summary>Finds what somebody may have meant.</summary>
public static class NearestName
{
    // Longer names are no slip of the pen, and the distance costs the product of the lengths.
    private const int LongestName = 100;

    /// <summary>The candidate with the fewest letters to change, or null when more than half would have to change.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > LongestName) return null;
        return candidates
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(near => near.Distance <= Math.Max(1, Math.Max(name.Length, near.Name.Length) / 2))
            .OrderBy(static near => near.Distance).ThenBy(static near => near.Name, StringComparer.Ordinal)
            .Select(static near => near.Name)
            .FirstOrDefault();
    }

    /// <summary>A sentence for a message, with a space before it: the nearest candidate, or all of them.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    public static string Hint(string name, IEnumerable<string> candidates)
    {
        var known = candidates.ToArray();
        return Find(name, known) is { } nearest ? $" Did you mean '{nearest}'?"
            : known.Length > 0 ? $" Known are: {string.Join(", ", known)}."
            : "";
    }

    // Optimal string alignment: a swap of two neighbours counts as one change.
    internal static int Distance(string a, string b)
    {
        var (before, last, now) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray(), new int[b.Length + 1]);
        for (var i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                now[j] = Math.Min(Math.Min(now[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = Math.Min(now[j], before[j - 2] + 1);
            }

            (before, last, now) = (last, now, before);
        }

        return last[b.Length];
    }
}

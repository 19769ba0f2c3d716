namespace GpuOps.Channels.Ssh;

/// <summary>The patterns of ssh_config and known_hosts: <c>*</c> is any text, <c>?</c> one character, <c>!</c> in front denies.</summary>
public static class SshPattern
{
    /// <summary>Whether one pattern fits.</summary>
    /// <param name="pattern">The pattern, without <c>!</c>.</param>
    /// <param name="text">The text.</param>
    /// <param name="ignoreCase">Takes capital letters as small ones.</param>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        // Goes back to the last star only: enough for these patterns, and linear enough for hostile ones.
        int p = 0, t = 0, star = -1, from = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                from = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || Same(pattern[p], text[t], ignoreCase)))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++from;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    /// <summary>Whether a list fits: one pattern does, and none that denies.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <param name="text">The text.</param>
    /// <param name="ignoreCase">Takes capital letters as small ones.</param>
    public static bool MatchesList(IEnumerable<string> patterns, string text, bool ignoreCase = false)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var fits = false;
        foreach (var pattern in patterns)
        {
            var denies = pattern.StartsWith('!');
            if (!Matches(pattern.AsSpan(denies ? 1 : 0), text, ignoreCase))
                continue;
            if (denies)
                return false;
            fits = true;
        }

        return fits;
    }

    private static bool Same(char a, char b, bool ignoreCase) =>
        a == b || (ignoreCase && char.ToLowerInvariant(a) == char.ToLowerInvariant(b));
}

namespace GpuOps.Channels.Ssh;

/// <summary>The settings that hold for one host: of each the first that was given, of key files and variables all.</summary>
internal sealed class SshSettings
{
    private static readonly HashSet<string> Lists = ["identityfile", "setenv"];
    private readonly Dictionary<string, IReadOnlyList<string>> _values = [];

    /// <summary>Takes a setting, unless it has been given before.</summary>
    public void Add(SshConfigLine line)
    {
        if (line.Arguments.Count == 0)
            return;
        if (Lists.Contains(line.Keyword) && _values.TryGetValue(line.Keyword, out var before))
            _values[line.Keyword] = [.. before, .. line.Arguments];
        else
            _values.TryAdd(line.Keyword, line.Arguments);
    }

    /// <summary>The value of a setting; null when it was not given.</summary>
    public string? this[string keyword] => All(keyword) is { Count: > 0 } values ? values[0] : null;

    /// <summary>All values of a setting.</summary>
    public IReadOnlyList<string> All(string keyword) => _values.GetValueOrDefault(keyword, []);

    /// <summary>A number or a time such as <c>90</c>, <c>1m30s</c>, in seconds; null when it was not given or is none.</summary>
    public int? Seconds(string keyword)
    {
        if (this[keyword] is not { Length: > 0 } text)
            return null;
        int total = 0, number = 0;
        var hasDigit = false;
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiDigit(c))
            {
                if (number > 100_000_000)
                    return null;
                number = (number * 10) + (c - '0');
                hasDigit = true;
                continue;
            }

            var unit = c switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
            if (unit == 0 || !hasDigit)
                return null;
            total += number * unit;
            (number, hasDigit) = (0, false);
        }

        return total + number;
    }

    /// <summary>Whether a setting says yes.</summary>
    public bool IsYes(string keyword) => this[keyword]?.ToLowerInvariant() is "yes" or "true";
}

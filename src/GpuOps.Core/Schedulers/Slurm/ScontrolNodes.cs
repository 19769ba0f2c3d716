namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Nodes as <c>scontrol -d show node</c> prints them, with or without <c>-o</c>. Their texts are an administrator's;
/// of a key that occurs twice the first one counts, since the reason stands behind all others.
/// </summary>
public static class ScontrolNodes
{
    private static readonly HashSet<string> FreeText = ["OS", "Reason", "Comment", "Extra"];

    /// <summary>Reads the nodes.</summary>
    /// <param name="text">What scontrol printed.</param>
    public static IReadOnlyList<SlurmNode> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. Records(text).Select(Make)];
    }

    private static List<Dictionary<string, string>> Records(string text)
    {
        var records = new List<Dictionary<string, string>>();
        var last = "";
        foreach (var line in text.Split('\n'))
        {
            var isHead = line.StartsWith("NodeName=", StringComparison.Ordinal);
            if (isHead) records.Add(new(StringComparer.Ordinal));
            if (records.Count == 0 || line.Trim().Length == 0) continue;
            if (isHead || ScontrolText.IsKeyLine(line)) last = Add(records[^1], line);
            else if (line[0] == ' ' && records[^1].TryGetValue(last, out var begun)) records[^1][last] = $"{begun}\n{line.Trim()}";
        }

        return records;
    }

    /// <summary>Takes a line apart and says which key was the last.</summary>
    private static string Add(Dictionary<string, string> record, string line)
    {
        var last = "";
        foreach (var (key, value) in ScontrolText.Pairs(line, FreeText.Contains))
        {
            // In the form of one line other keys follow the system's name, which has spaces.
            var next = key == "OS" ? value.IndexOf(" RealMemory=", StringComparison.Ordinal) : -1;
            record.TryAdd(key, next < 0 ? value : value[..next].TrimEnd());
            last = next < 0 ? key : Add(record, value[next..]);
        }

        return last;
    }

    private static SlurmNode Make(Dictionary<string, string> record)
    {
        var gres = Tres(record, "Gres");
        // Without -d the accounting's list stands in, which may not name the types.
        var used = record.ContainsKey("GresUsed") ? Tres(record, "GresUsed") : [.. Tres(record, "AllocTRES").Where(static entry => entry.Name == "gpu")];
        var state = Told(record, "State");
        var (reason, user, time) = ReasonOf(Told(record, "Reason"));
        return new()
        {
            Name = record["NodeName"],
            StateText = state,
            States = SlurmNodeStates.Parse(state),
            Partitions = List(record, "Partitions"),
            Cpus = SlurmNumber.Parse(Told(record, "CPUTot")),
            CpusAllocated = SlurmNumber.Parse(Told(record, "CPUAlloc")),
            Memory = SlurmMemory.Parse(Told(record, "RealMemory"))?.Bytes,
            MemoryAllocated = SlurmMemory.Parse(Told(record, "AllocMem"))?.Bytes,
            Gres = gres,
            GresUsed = used,
            Gpus = SlurmGpuTally.Of(gres),
            GpusInUse = SlurmGpuTally.Of(used),
            Features = List(record, "AvailableFeatures"),
            Reason = reason,
            ReasonUser = user,
            ReasonTime = time,
            BootTime = SlurmTime.Parse(Told(record, "BootTime")),
            Version = Told(record, "Version"),
        };
    }

    /// <summary>
    /// Takes <c>bad fan [root@2026-11-23T07:38:44]</c> apart. The stamp stands behind the first line of the reason, and the
    /// further ones behind it.
    /// </summary>
    private static (string Reason, string User, DateTime? Time) ReasonOf(string text)
    {
        var close = text.LastIndexOf(']');
        var open = close < 0 ? -1 : text.LastIndexOf(" [", close, StringComparison.Ordinal);
        var at = open < 0 ? -1 : text.IndexOf('@', open, close - open);
        if (at < 0) return (text, "", null);
        var rest = text[(close + 1)..].Trim();
        var reason = rest.Length == 0 ? text[..open] : $"{text[..open]}\n{rest}";
        return (reason, text[(open + 2)..at], SlurmTime.Parse(text.AsSpan(at + 1, close - at - 1)));
    }

    private static string Told(Dictionary<string, string> record, string key) => ScontrolText.Told(record.GetValueOrDefault(key));

    private static string[] List(Dictionary<string, string> record, string key) =>
        Told(record, key).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IReadOnlyList<SlurmTres> Tres(Dictionary<string, string> record, string key) =>
        SlurmTresText.TryParse(Told(record, key), out var list) ? list : [];
}

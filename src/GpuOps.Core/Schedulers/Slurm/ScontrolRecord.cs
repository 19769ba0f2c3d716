namespace GpuOps.Schedulers.Slurm;

/// <summary>The keys of one job. A key that was seen twice is not believed: one of the two is a user's text.</summary>
internal sealed class ScontrolRecord(string rawId)
{
    private readonly Dictionary<string, string?> values = new(StringComparer.Ordinal);

    /// <summary>The key that was added last.</summary>
    public string LastKey { get; private set; } = "";

    /// <summary>The number of the job itself.</summary>
    public string RawId { get; } = rawId;

    /// <summary>What is told for each node: <c>Nodes=gpu02 … GRES=…</c>.</summary>
    public List<(string Nodes, string Gres)> Details { get; } = [];

    /// <summary>A value; empty when it is not told or not believed.</summary>
    public string this[string key] => ScontrolText.Told(values.GetValueOrDefault(key));

    /// <summary>A user's text as it is, also one that reads like nothing.</summary>
    public string TextOf(string key) => values.GetValueOrDefault(key) ?? "";

    public void Add(string key, string value)
    {
        LastKey = key;
        if (!values.TryAdd(key, value)) values[key] = null;
    }

    /// <summary>A further line of the last value.</summary>
    public void Continue(string line)
    {
        if (values.GetValueOrDefault(LastKey) is { } value) values[LastKey] = $"{value}\n{line}";
    }
}

namespace GpuOps.Shell;

/// <summary>The commands of this conversation, for the arrow keys.</summary>
internal sealed class History
{
    private readonly List<string> commands = [];
    private int at;

    public void Add(string command)
    {
        if (!string.IsNullOrWhiteSpace(command) && (commands.Count == 0 || commands[^1] != command))
            commands.Add(command);
        at = commands.Count;
    }

    /// <summary>One command back; null at the oldest.</summary>
    public string? Older() => at > 0 ? commands[--at] : null;

    /// <summary>One command forward; empty past the newest.</summary>
    public string Newer()
    {
        at = Math.Min(at + 1, commands.Count);
        return at < commands.Count ? commands[at] : "";
    }
}

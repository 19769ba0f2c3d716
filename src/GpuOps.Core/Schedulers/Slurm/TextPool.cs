namespace GpuOps.Schedulers.Slurm;

/// <summary>One string for each text that comes again and again: users, partitions, states, folders.</summary>
internal sealed class TextPool
{
    // Beyond that the texts do not repeat, and keeping them costs more than it saves.
    private const int MostTexts = 8192;
    private const int LongestText = 256;

    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> texts =
        new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public string Get(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return "";
        if (text.Length > LongestText) return text.ToString();
        if (texts.TryGetValue(text, out var known)) return known;

        var made = text.ToString();
        if (texts.Dictionary.Count < MostTexts) texts[text] = made;
        return made;
    }

    /// <summary>A text of Slurm's own, in which <c>(null)</c> and <c>N/A</c> are nothing.</summary>
    public string GetTold(ReadOnlySpan<char> text) =>
        text is "(null)" or "N/A" or "None" or "None assigned" ? "" : Get(text);
}

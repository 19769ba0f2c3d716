namespace GpuOps.Values;

/// <summary>What somebody wrote, made fit for a message: one line, no control characters, not longer than a line.</summary>
public static class Excerpt
{
    private const int Longest = 80;

    /// <summary>The text with control characters shown as <c>?</c>, cut after 80 characters.</summary>
    /// <param name="text">What was written.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = text.Length <= Longest ? text : text[..Longest] + "…";
        return string.Create(shown.Length, shown, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
        });
    }
}

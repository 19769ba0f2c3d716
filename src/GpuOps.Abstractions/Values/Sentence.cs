namespace GpuOps.Values;

/// <summary>Somebody else's words as a sentence, behind which another can stand.</summary>
public static class Sentence
{
    /// <summary>The text without space around it, and with a full stop unless it ends a sentence already.</summary>
    /// <param name="text">What was said.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var said = text.Trim();
        return said is "" or [.., '.' or '!' or '?'] ? said : $"{said}.";
    }
}

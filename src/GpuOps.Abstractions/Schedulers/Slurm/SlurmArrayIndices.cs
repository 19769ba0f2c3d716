namespace GpuOps.Schedulers.Slurm;

/// <summary>The tasks of an array as Slurm writes them: <c>1,3,5-9:2%4</c>, cut with <c>...</c> where it got too long.</summary>
internal static class SlurmArrayIndices
{
    private const string Cut = "...";

    public static bool IsValid(string text)
    {
        var (list, limit) = Split(text);
        if (limit is not null && (!SlurmJobIdShape.TryNumber(limit, out var most) || most > int.MaxValue)) return false;
        var items = list.Split(',');
        for (var i = 0; i < items.Length; i++)
        {
            var isCut = items[i] == Cut && i == items.Length - 1 && i > 0;
            if (!isCut && !TryItem(items[i], out _)) return false;
        }

        return true;
    }

    public static bool IsCut(string text) => Split(text).List.EndsWith(Cut, StringComparison.Ordinal);

    public static IEnumerable<long> Expand(string text)
    {
        foreach (var item in Split(text).List.Split(','))
        {
            if (!TryItem(item, out var range)) continue;
            for (var index = range.From; index <= range.To; index += range.Step) yield return index;
        }
    }

    public static int? LimitOf(string text) =>
        Split(text).Limit is { } limit && SlurmJobIdShape.TryNumber(limit, out var most) ? (int)most : null;

    private static (string List, string? Limit) Split(string text)
    {
        var at = text.IndexOf('%', StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static bool TryItem(string text, out (long From, long To, long Step) range)
    {
        range = default;
        var span = text.AsSpan();
        var dash = span.IndexOf('-');
        if (dash < 0)
        {
            if (!SlurmJobIdShape.TryNumber(span, out var one)) return false;
            range = (one, one, 1);
            return true;
        }

        var end = span[(dash + 1)..];
        var colon = end.IndexOf(':');
        long step = 1;
        if (colon >= 0 && (!SlurmJobIdShape.TryNumber(end[(colon + 1)..], out step) || step == 0)) return false;
        if (!SlurmJobIdShape.TryNumber(span[..dash], out var from)
            || !SlurmJobIdShape.TryNumber(colon < 0 ? end : end[..colon], out var to) || to < from) return false;
        range = (from, to, step);
        return true;
    }
}

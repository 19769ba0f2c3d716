using System.Globalization;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>Where a page ended: the values it was sorted by, so that jobs which come or go in between shift nothing.</summary>
/// <param name="Sort">The order.</param>
/// <param name="Descending">Whether it was turned round.</param>
/// <param name="Key">What the last job was sorted by; its number where that is all.</param>
/// <param name="Id">The last job's number.</param>
internal readonly record struct QueueCursor(QueueSort Sort, bool Descending, long Key, long Id)
{
    /// <summary>Reads a cursor: <c>ended.down.1767225600000.17</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sort">The order of the listing it is used with.</param>
    /// <param name="descending">Whether that is turned round.</param>
    /// <exception cref="GpuOpsException"><c>InvalidCursor</c>: it is no cursor, or of another order.</exception>
    public static QueueCursor Parse(string text, QueueSort sort, bool descending) =>
        text.Split('.') is [var name, var way, var key, var id]
            && name == Name(sort) && way == Way(descending)
            && long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var keyNumber)
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(sort, descending, keyNumber, number)
            : throw new GpuOpsException("InvalidCursor", GpuOpsErrorKind.InvalidArgument,
                $"'{Values.Excerpt.Of(text)}' does not go on with this listing. Use the cursor that came with its page, with the same order.", text);

    /// <summary>As it is handed out.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name(Sort)}.{Way(Descending)}.{Key}.{Id}");

    private static string Name(QueueSort sort) => sort switch
    {
        QueueSort.Priority => "priority",
        QueueSort.Ended => "ended",
        _ => "id",
    };

    private static string Way(bool descending) => descending ? "down" : "up";
}

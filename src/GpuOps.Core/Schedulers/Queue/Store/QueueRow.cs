using System.Globalization;
using GpuOps.Pools.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A job's row: its columns, in the order in which they are read.</summary>
internal static class QueueRow
{
    /// <summary>What a query has to select, <c>j</c> being the job and <c>r</c> its request.</summary>
    public const string Columns =
        "j.id, j.user, j.state, j.reason, j.exit_code, j.signal, j.gpus, j.submitted, j.started, j.ended, j.priority, j.held, "
        + "j.cancelling, j.starts, j.waits, r.request, j.request_id";

    /// <summary>Where a query selects from.</summary>
    public const string Tables = "jobs j JOIN requests r ON r.job = j.id";

    /// <summary>The job of the row a query is at.</summary>
    /// <exception cref="FormatException">The row is damaged.</exception>
    public static StoredJob Read(SqliteRows row) => new()
    {
        Id = row.Number(0),
        User = row.Text(1),
        State = (GpuJobState)row.SmallNumber(2),
        Reason = row.Text(3),
        ExitCode = (int?)row.NumberOrNull(4),
        Signal = (int?)row.NumberOrNull(5),
        Gpus = [.. Numbers(row.Text(6)).Select(number => (int)number)],
        Submitted = Moment(row.Number(7)),
        Started = Moment(row.NumberOrNull(8)),
        Ended = Moment(row.NumberOrNull(9)),
        Priority = row.SmallNumber(10),
        IsHeld = row.Number(11) != 0,
        IsCancelling = row.Number(12) != 0,
        Starts = row.SmallNumber(13),
        WaitsFor = [.. Numbers(row.Text(14))],
        Request = RequestText.Parse(row.Text(15)) with { RequestId = row.TextOrNull(16) ?? "" },
    };

    public static string Text(IEnumerable<long> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    public static long? Text(DateTimeOffset? moment) => moment?.ToUnixTimeMilliseconds();

    private static IEnumerable<long> Numbers(string text) =>
        text.Length == 0 ? [] : text.Split(',').Select(number => long.Parse(number, CultureInfo.InvariantCulture));

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? Moment(long? milliseconds) => milliseconds is { } known ? Moment(known) : null;
}

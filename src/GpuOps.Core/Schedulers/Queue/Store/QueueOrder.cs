namespace GpuOps.Schedulers.Queue.Store;

/// <summary>An order of jobs, in SQL and in memory.</summary>
/// <param name="Terms">What SQL sorts by.</param>
/// <param name="After">What holds of those behind the one with the key <c>?4</c> and the number <c>?5</c>.</param>
/// <param name="Condition">What holds of all that can be sorted so; null when all can.</param>
/// <param name="Compare">Compares two jobs.</param>
/// <param name="Key">What a job is sorted by before its number.</param>
internal sealed record QueueOrder(string Terms, string After, string? Condition, Comparison<StoredJob> Compare, Func<StoredJob, long> Key)
{
    public static QueueOrder Of(QueueSort sort, bool descending) => (sort, descending) switch
    {
        (QueueSort.Priority, false) => new("j.priority DESC, j.id", "(j.priority < ?4 OR (j.priority = ?4 AND j.id > ?5))", null, ByPriority, Priority),
        (QueueSort.Priority, true) => new("j.priority, j.id DESC", "(j.priority > ?4 OR (j.priority = ?4 AND j.id < ?5))", null, Reverse(ByPriority), Priority),
        (QueueSort.Ended, false) => new("j.ended, j.id", "(j.ended, j.id) > (?4, ?5)", "j.ended IS NOT NULL", ByEnd, End),
        (QueueSort.Ended, true) => new("j.ended DESC, j.id DESC", "(j.ended, j.id) < (?4, ?5)", "j.ended IS NOT NULL", Reverse(ByEnd), End),
        (_, false) => new("j.id", "j.id > ?5", null, ById, Number),
        (_, true) => new("j.id DESC", "j.id < ?5", null, Reverse(ById), Number),
    };

    private static long Number(StoredJob job) => job.Id;

    private static long Priority(StoredJob job) => job.Priority;

    private static long End(StoredJob job) => job.Ended!.Value.ToUnixTimeMilliseconds();

    private static int ById(StoredJob left, StoredJob right) => left.Id.CompareTo(right.Id);

    private static int ByPriority(StoredJob left, StoredJob right) =>
        left.Priority != right.Priority ? right.Priority.CompareTo(left.Priority) : ById(left, right);

    private static int ByEnd(StoredJob left, StoredJob right) => End(left) != End(right) ? End(left).CompareTo(End(right)) : ById(left, right);

    private static Comparison<StoredJob> Reverse(Comparison<StoredJob> comparison) => (left, right) => comparison(right, left);
}

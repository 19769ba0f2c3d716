using System.Globalization;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A listing, split into pieces that an index answers each, and put together again.</summary>
internal sealed class QueueQuery
{
    private readonly QueueListing _listing;
    private readonly QueueOrder _order;
    private readonly QueueCursor? _after;

    /// <exception cref="GpuOpsException"><c>InvalidCursor</c>, <c>InvalidLimit</c>.</exception>
    public QueueQuery(QueueListing listing)
    {
        ArgumentNullException.ThrowIfNull(listing);
        if (listing.Limit is < 1 or > QueueListing.MaxLimit)
            throw new GpuOpsException("InvalidLimit", GpuOpsErrorKind.InvalidArgument, $"A page has 1 to {QueueListing.MaxLimit} jobs, not {listing.Limit}.", listing.Limit);
        _listing = listing;
        _order = QueueOrder.Of(listing.Sort, listing.Descending);
        _after = listing.Cursor is { } text ? QueueCursor.Parse(text, listing.Sort, listing.Descending) : null;
    }

    public QueuePage Run(QueueReader reader)
    {
        // One more than wanted says whether there is another page.
        var wanted = _listing.Limit + 1;
        var jobs = _listing.Filter.Ids is { } ids ? Named(reader, ids) : Sliced(reader, wanted);
        jobs.Sort(_order.Compare);
        if (jobs.Count <= _listing.Limit)
            return new QueuePage(jobs, null);
        jobs.RemoveRange(_listing.Limit, jobs.Count - _listing.Limit);
        var last = jobs[^1];
        return new QueuePage(jobs, new QueueCursor(_listing.Sort, _listing.Descending, _order.Key(last), last.Id).ToString());
    }

    private List<StoredJob> Sliced(QueueReader reader, int wanted)
    {
        var filter = _listing.Filter;
        var since = filter.Since?.ToUnixTimeMilliseconds();
        List<StoredJob> jobs = [];
        foreach (var user in filter.Users?.Distinct() ?? [null])
        {
            foreach (var state in filter.States is { } states ? states.Distinct().Select(state => (GpuJobState?)state) : States(user))
                jobs.AddRange(reader.Slice(user, state, since, _order, _after, wanted));
        }

        return jobs;
    }

    /// <summary>The index by user has the numbers in order within a state only.</summary>
    private IEnumerable<GpuJobState?> States(string? user) =>
        user is not null && _listing.Sort == QueueSort.Id ? Enum.GetValues<GpuJobState>().Select(state => (GpuJobState?)state) : [null];

    private List<StoredJob> Named(QueueReader reader, IReadOnlyList<string> ids) =>
    [
        .. ids.Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).Distinct()
            .Select(reader.Find).OfType<StoredJob>().Where(Matches),
    ];

    private bool Matches(StoredJob job) =>
        (_listing.Filter.Users?.Contains(job.User) ?? true)
        && (_listing.Filter.States?.Contains(job.State) ?? true)
        && (_listing.Filter.Since is not { } since || job.Ended is not { } ended || ended >= since)
        && (_listing.Sort != QueueSort.Ended || job.Ended is not null)
        && (_after is not { } after || IsAfter(job, after));

    private bool IsAfter(StoredJob job, QueueCursor after)
    {
        var (key, way) = (_order.Key(job), _listing.Descending ? -1 : 1);
        // Upwards, the higher priority comes first.
        var byKey = key.CompareTo(after.Key) * (_listing.Sort == QueueSort.Priority ? -way : way);
        return byKey != 0 ? byKey > 0 : job.Id.CompareTo(after.Id) * way > 0;
    }
}

namespace GpuOps.Schedulers.Queue.Order;

/// <summary>
/// The jobs that could start if they had GPUs. They stand in a line of their own for each kind of demand, so that a
/// decision looks at the first of each kind, however many jobs there are behind.
/// </summary>
internal sealed class GpuLine
{
    private readonly Dictionary<DemandKind, SortedSet<LinePlace>> _kinds = [];
    private readonly Dictionary<long, (DemandKind Kind, LinePlace Place)> _jobs = [];

    /// <summary>How many jobs stand in it.</summary>
    public int Count => _jobs.Count;

    /// <summary>How many places were looked at by all decisions so far.</summary>
    public long Looks { get; private set; }

    /// <summary>Puts a job in, or to another place.</summary>
    public void Put(long id, int priority, DemandKind kind)
    {
        var place = new LinePlace(priority, id);
        if (_jobs.TryGetValue(id, out var known))
        {
            if (known.Place == place && known.Kind == kind)
                return;
            Remove(id);
        }

        if (!_kinds.TryGetValue(kind, out var line))
            _kinds.Add(kind, line = []);
        line.Add(place);
        _jobs.Add(id, (kind, place));
    }

    /// <summary>Takes a job out, if it stands there.</summary>
    public void Remove(long id)
    {
        if (!_jobs.Remove(id, out var known))
            return;
        var line = _kinds[known.Kind];
        line.Remove(known.Place);
        if (line.Count == 0)
            _kinds.Remove(known.Kind);
    }

    /// <summary>
    /// The jobs that have to stand in the pool's line, in that order: the first of each kind, up to the first that could
    /// use any GPU. Behind that one nobody is granted anything while it waits, and behind the first of a kind no other
    /// of that kind.
    /// </summary>
    /// <param name="isOut">Kinds that cannot be had at the moment, and keep nobody waiting.</param>
    public IReadOnlyList<GpuWish> Wanted(Func<DemandKind, bool> isOut)
    {
        List<GpuWish> wanted = [];
        foreach (var (kind, line) in _kinds)
        {
            Looks++;
            if (!isOut(kind))
                wanted.Add(new GpuWish(line.Min, kind));
        }

        wanted.Sort(static (left, right) => left.Place.CompareTo(right.Place));
        var last = wanted.FindIndex(static wish => wish.Kind.TakesAny);
        if (last >= 0)
            wanted.RemoveRange(last + 1, wanted.Count - last - 1);
        return wanted;
    }
}
